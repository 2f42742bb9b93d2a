"""What a page of the site needs to use the API: a script, and where the API is."""

import functools
import gzip
import hashlib
from dataclasses import dataclass
from importlib import resources

from backpack_api.domain.configuration import publishable_keys
from backpack_api.domain.json_text import to_json
from backpack_api.problems import NotFound
from backpack_api.settings import Settings
from backpack_contract.configuration import BackpackConfiguration
from backpack_contract.version import VERSION


@dataclass(frozen=True, slots=True)
class Asset:
    """A content that is made, not uploaded."""

    media_type: str
    content: bytes
    compressed: bytes | None
    tag: str
    """What stands between the quotes of its `ETag`."""

    @classmethod
    def of(cls, media_type: str, content: bytes, *, compress: bool = False) -> "Asset":
        compressed = gzip.compress(content, mtime=0) if compress else None
        return cls(media_type, content, compressed, hashlib.sha256(content).hexdigest()[:32])


_EXPORTS = b"export const { createClient, createSdk, BackpackError } = backpack;\n"
"""No text is both a module with exports and a classic script: browsers refuse it."""
_BUILT = "built/sdk.js"
"""The JavaScript SDK as one file, which images and `make` build from `sdk/js`."""


@functools.cache
def script(*, module: bool) -> Asset:
    """The SDK, as an ES module or as a classic script that defines `backpack`. Raises
    `NotFound` where this installation was made without it."""
    try:
        content = resources.files("backpack_api").joinpath(_BUILT).read_bytes()
    except FileNotFoundError:
        raise NotFound(
            "This API was installed without the SDK; `npm install backpack-sdk` has it too."
        ) from None
    return Asset.of("text/javascript; charset=utf-8", content + (_EXPORTS if module else b""), compress=True)


def init(configuration: BackpackConfiguration, settings: Settings) -> Asset:
    """`init.json`: `{apiUrl, key, version}`; `key` is null where none is asked for."""
    own = settings.publishable_key
    keys = publishable_keys(configuration, own.get_secret_value() if own else None)
    value = {
        "apiUrl": configuration.api_origin,
        "key": keys[0] if keys else None,
        "version": VERSION,
    }
    return Asset.of("application/json", to_json(value))
