"""Indexes of collections: over one or several fields, and perhaps unique."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.paths import is_position, parse_path
from backpack_api.domain.sorting import SortKey
from backpack_api.problems import InvalidValue

MAX_INDEXES = 20
MAX_KEYS = 8
_UNSAFE = frozenset("'\"`\\")
"""FerretDB 1.x writes an index's fields into SQL as they are."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index. Of a unique one, no two documents that have all its fields have the
    same values there."""

    keys: tuple[SortKey, ...]
    unique: bool = False

    @property
    def fields(self) -> list[str]:
        """Dotted paths; a leading `-` means descending."""
        return [("-" if key.descending else "") + key.path.text for key in self.keys]

    @property
    def name(self) -> str:
        """Its name in the engine: the same for the same index, and another for each other."""
        text = ",".join(self.fields) + (" unique" if self.unique else "")
        return f"backpack-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"

    def to_json_object(self) -> JsonObject:
        return {"keys": self.fields, "unique": self.unique}


def parse_index(fields: Sequence[str], *, unique: bool, path: str = "") -> Index:
    """An index over these fields. Raises `InvalidValue` at the path."""
    if not 1 <= len(fields) <= MAX_KEYS:
        raise InvalidValue.at(f"{path}/keys", f"must name 1 to {MAX_KEYS} fields")
    keys: list[SortKey] = []
    for number, field in enumerate(fields):
        where = f"{path}/keys/{number}"
        descending = field.startswith("-")
        try:
            key = SortKey(parse_path(field[1:] if descending else field), descending)
        except ValueError as error:
            raise InvalidValue.at(where, str(error)) from None
        if any(is_position(part) for part in key.path.parts):
            raise InvalidValue.at(where, "can't be a position in an array")
        if not _UNSAFE.isdisjoint(field) or not field.isprintable():
            raise InvalidValue.at(where, "can't have quotes, backslashes or control characters in an index")
        if any(other.path == key.path for other in keys):
            raise InvalidValue.at(where, "is there twice")
        keys.append(key)
    if keys[0].path.text == "id":
        raise InvalidValue.at(f"{path}/keys/0", "is unique and indexed already")
    return Index(tuple(keys), unique)


def check_indexes(indexes: Sequence[Index], path: str = "") -> tuple[Index, ...]:
    """The indexes of one collection. Raises `InvalidValue` at the path."""
    if len(indexes) > MAX_INDEXES:
        raise InvalidValue.at(path, f"has more than {MAX_INDEXES} indexes")
    seen: set[tuple[str, ...]] = set()
    for number, index in enumerate(indexes):
        fields = tuple(index.fields)
        if fields in seen:
            raise InvalidValue.at(f"{path}/{number}", "indexes the same fields as another one")
        seen.add(fields)
    return tuple(indexes)
