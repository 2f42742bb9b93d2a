"""Which names a collection may have."""

import re
from dataclasses import dataclass

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rules
from backpack_api.problems import InvalidValue

MAX_COLLECTIONS = 200
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)

RESERVED_NAMES = frozenset({"users", "files", "sessions", "collections", "releases", "system"})
"""Collections of the API itself, and words that must never mean a client's one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of documents."""

    name: str
    rules: Rules

    def to_json_object(self) -> JsonObject:
        return {"name": self.name, "rules": self.rules.to_json_object()}


def is_collection_name(name: str) -> bool:
    """Whether a collection of this name can exist."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED_NAMES


def check_collection_name(name: str) -> str:
    """The name. Raises `InvalidValue` where it can't be one."""
    if _NAME.fullmatch(name) is None:
        raise InvalidValue.at("/name", "must be 1 to 63 of a-z, 0-9, `_` and `-`, and begin with a letter")
    if name in RESERVED_NAMES:
        raise InvalidValue.at("/name", f"`{name}` is reserved; take another name")
    return name
