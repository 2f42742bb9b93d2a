"""The configuration of one backpack's API: written by the operator into a
ConfigMap, read by the API from the file that `environment.CONFIG_FILE` names, and
sent by the operator as the body of `PUT /admin/config` when it changes.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

MIB = 1024 * 1024


class ConfigurationError(ValueError):
    """The document is not a configuration; the message names the key at fault."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key
        """The dotted path of the key at fault, empty where it is the whole document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminKey:
    """A public key that tokens of the admin listener may be signed with."""

    kid: str
    """The `kid` of the tokens' header."""
    x: str
    """The Ed25519 public key: 32 bytes in base64url without padding (RFC 8037)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredIndex:
    """An index of a collection, as the resource declares it."""

    keys: tuple[str, ...]
    """Dotted paths of a document; a leading `-` means descending."""
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRules:
    """Who may do what in a collection."""

    read: Literal["public", "user", "owner", "none"] = "user"
    create: Literal["public", "user", "owner", "none"] = "user"
    update: Literal["public", "user", "owner", "none"] = "owner"
    delete: Literal["public", "user", "owner", "none"] = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCollection:
    """A collection as code: read-only everywhere but in the resource."""

    name: str
    indexes: tuple[DeclaredIndex, ...] = ()
    schema: Mapping[str, Any] | None = None
    """A JSON Schema that documents must satisfy."""
    rules: DeclaredRules = field(default_factory=DeclaredRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpackConfiguration:
    """One backpack, as its API needs to know it. Sizes are in bytes."""

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
    generation: int = 0
    """metadata.generation of the Backpack."""
    revision: int = 0
    """Grows with whatever changes in this document, keys and settings of the operator too; 0
    of an operator that does not count. See `older_than`."""
    allowed_origins: tuple[str, ...] = ()
    """Further origins that may call from a browser, `scheme://host[:port]`."""
    require_key: bool = False
    """Whether calls need the publishable key."""
    publishable_keys: tuple[str, ...] = ()
    """During a rotation: all keys that calls may have, that which pages are told first.
    Empty: only the one of the environment."""
    create_collections: Literal["user", "none"] = "user"
    """Who may create collections over the public API."""
    registration: Literal["open", "closed"] = "open"
    session_ttl_seconds: int = 168 * 3600
    password_min_length: int = 10
    quota_per_user: int = 100 * MIB
    max_file_size: int = 50 * MIB
    spa: bool = True
    """Whether unknown paths of the site without a file extension give `index.html`."""
    keep_releases: int = 5
    broadcast: bool = True
    """Whether users may send to every signed-in socket."""
    admin_keys: tuple[AdminKey, ...] = ()
    collections: tuple[DeclaredCollection, ...] = ()

    def older_than(self, other: "BackpackConfiguration") -> bool:
        """Whether this one must never take the place of the other. The generation is only a
        makeshift for the revision: keys change without it, and it goes back when the resource
        is restored from a backup."""
        if self.revision and other.revision:
            return self.revision < other.revision
        return self.generation < other.generation

    def to_json(self) -> str:
        """One line of JSON with sorted keys: equal configurations are equal text."""
        return json.dumps(self, default=_fields, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> "BackpackConfiguration":
        """Read what `to_json` wrote. Unknown keys are ignored, so that a newer
        operator may serve an older API; a missing or wrong one is a `ConfigurationError`."""
        try:
            document: Any = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"the configuration is not valid JSON: {error}") from error
        if not isinstance(document, dict):
            raise ConfigurationError("the configuration must be a JSON object")
        configuration: BackpackConfiguration = _read(cls, document, "")
        return configuration


def _fields(part: Any) -> dict[str, Any]:
    """Of one dataclass, as they are: `asdict` would copy all that is in them, schemas too."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _read(kind: Any, value: Any, path: str) -> Any:
    """The value as an instance of this type, read by the type's own annotations."""
    if is_dataclass(kind):
        return read_object(kind, value, path)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(get_args(kind)[0], value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(path, "a list")
        return tuple(_read(get_args(kind)[0], item, f"{path}[{number}]") for number, item in enumerate(value))
    if origin is Literal:
        if value not in get_args(kind):
            raise _wrong(path, f"one of {', '.join(get_args(kind))}")
        return value
    if origin is Mapping:
        if not isinstance(value, dict):
            raise _wrong(path, "an object")
        return value
    # `True` is an int to Python.
    if type(value) is not kind or value == "":
        raise _wrong(path, f"a {kind.__name__}")
    return value


def read_object(kind: Any, value: Any, path: str = "") -> Any:
    """The object as an instance of this dataclass; `path`: where it stands. Keys that the
    class does not know are left out. Raises `ConfigurationError`."""
    if not isinstance(value, dict):
        raise _wrong(path, "an object")
    hints = get_type_hints(kind)
    values = {}
    for one in fields(kind):
        here = f"{path}.{one.name}" if path else one.name
        if one.name in value:
            values[one.name] = _read(hints[one.name], value[one.name], here)
        elif one.default is MISSING and one.default_factory is MISSING:
            raise _wrong(here, f"a {getattr(hints[one.name], '__name__', 'value')}")
    return kind(**values)


def _wrong(path: str, wanted: str) -> ConfigurationError:
    return ConfigurationError(f"the configuration needs `{path}`, {wanted}", path)
