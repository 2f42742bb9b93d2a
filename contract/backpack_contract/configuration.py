"""The configuration of one backpack's API: written by the operator into a
ConfigMap, read by the API from the file that `environment.CONFIG_FILE` names.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


class ConfigurationError(ValueError):
    """The document is not a configuration; the message names the key at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpackConfiguration:
    """One backpack, as its API needs to know it."""

    name: str
    """metadata.name of the Backpack."""
    namespace: str
    uid: str
    """metadata.uid of the Backpack: the audience of admin tokens."""
    site_origin: str
    """`scheme://host[:port]` of the site, without a default port."""
    api_origin: str
    """`scheme://host[:port]` of the API, without a default port."""
    secure_cookies: bool
    """True where browsers reach the backpack over HTTPS only: the session cookie
    is then `__Host-` prefixed and `Secure`."""

    def to_json(self) -> str:
        """One line of JSON with sorted keys: equal configurations are equal text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "BackpackConfiguration":
        """Read what `to_json` wrote. Unknown keys are ignored, so that a newer
        operator may serve an older API; a missing one is a `ConfigurationError`."""
        try:
            document: Any = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"the configuration is not valid JSON: {error}") from error
        if not isinstance(document, dict):
            raise ConfigurationError("the configuration must be a JSON object")
        values: dict[str, Any] = {}
        for field in fields(cls):
            wanted = bool if field.name == "secure_cookies" else str
            value = document.get(field.name)
            if not isinstance(value, wanted) or value == "":
                raise ConfigurationError(f"the configuration needs `{field.name}`, a {wanted.__name__}")
            values[field.name] = value
        return cls(**values)
