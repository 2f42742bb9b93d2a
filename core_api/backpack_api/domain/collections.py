"""What a collection is, and which names one may have."""

import re
from dataclasses import dataclass
from typing import Any

from backpack_api.domain.indexes import Index, parse_index
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rules
from backpack_api.problems import InvalidValue
from backpack_contract.configuration import DeclaredCollection

MAX_COLLECTIONS = 200
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)

RESERVED_NAMES = frozenset({"users", "files", "sessions", "collections", "releases", "system"})
"""Collections of the API itself, and words that must never mean a client's one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of documents, as it is defined."""

    name: str
    rules: Rules
    schema: JsonObject | None = None
    """A JSON Schema that a document's own fields satisfy."""
    indexes: tuple[Index, ...] = ()
    managed: bool = False
    """Declared in the Backpack resource, and changed only there."""

    @property
    def unique_indexes(self) -> tuple[Index, ...]:
        return tuple(index for index in self.indexes if index.unique)

    def to_json_object(self) -> JsonObject:
        """As users see it."""
        return {"name": self.name, "rules": self.rules.to_json_object()}

    def to_definition(self) -> JsonObject:
        """All of it: as administrators see it."""
        return {
            **self.to_json_object(),
            "schema": self.schema,
            "indexes": [index.to_json_object() for index in self.indexes],
            "managed": self.managed,
        }

    @classmethod
    def from_definition(cls, value: dict[str, Any]) -> "Collection":
        """What `to_definition` wrote, or an earlier version did."""
        return cls(
            name=value["name"],
            rules=Rules.from_json_object(value["rules"]),
            schema=value.get("schema"),
            indexes=tuple(
                parse_index(index["keys"], unique=index["unique"]) for index in value.get("indexes", ())
            ),
            managed=value.get("managed", False),
        )

    @classmethod
    def declared(cls, declared: DeclaredCollection) -> "Collection":
        """As the resource declares it. Raises `InvalidValue`."""
        rules = declared.rules
        return cls(
            name=check_collection_name(declared.name),
            rules=Rules.from_json_object(
                {"read": rules.read, "create": rules.create, "update": rules.update, "delete": rules.delete}
            ),
            schema=dict(declared.schema) if declared.schema else None,
            indexes=tuple(
                parse_index(index.keys, unique=index.unique, path=f"/indexes/{number}")
                for number, index in enumerate(declared.indexes)
            ),
            managed=True,
        )


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
