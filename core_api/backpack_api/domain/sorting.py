"""The order of a list: by up to four fields, then by id, as MongoDB sorts.

A missing field sorts as a null. An array sorts by its least element, descending by its
greatest; an empty one comes before null.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

from backpack_api.domain.json_order import OrderKey, Rank, order_key
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.paths import Path, is_position, parse_path
from backpack_api.problems import InvalidValue

MAX_KEYS = 4


class _Empty:
    """What an empty array sorts by."""


EMPTY = _Empty()


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field of an order."""

    path: Path
    descending: bool = False

    def value_of(self, document: JsonObject) -> Any:
        """The JSON value, or `EMPTY`, that the document sorts by."""
        choose = max if self.descending else min
        return choose(_values(document, self.path.parts, 0), key=sort_key)


BY_ID = SortKey(Path("id", ("id",)))


@dataclass(frozen=True, slots=True)
class Sort:
    """An order without ties: the last key is the id."""

    keys: tuple[SortKey, ...] = (BY_ID,)

    @property
    def text(self) -> str:
        return ",".join(("-" if key.descending else "") + key.path.text for key in self.keys)

    @property
    def is_by_system_fields(self) -> bool:
        """Whether no key can be missing, an array, or of more than one type but null."""
        return all(key.path.is_system for key in self.keys)

    def position_of(self, document: JsonObject) -> "Position":
        """Where the document, as the API answers it, stands."""
        return Position(self, tuple(key.value_of(document) for key in self.keys))


class Position:
    """A place in an order; of one order, they compare."""

    __slots__ = ("_keys", "sort", "values")

    def __init__(self, sort: Sort, values: tuple[Any, ...]) -> None:
        self.sort = sort
        self.values = values
        self._keys = tuple(
            _Descending(sort_key(value)) if key.descending else sort_key(value)
            for key, value in zip(sort.keys, values, strict=True)
        )

    def __lt__(self, other: "Position") -> bool:
        return self._keys < other._keys


@total_ordering
@dataclass(frozen=True, slots=True)
class _Descending:
    key: OrderKey

    def __lt__(self, other: "_Descending") -> bool:
        return self.key > other.key


def parse_sort(text: str) -> Sort:
    """An order from `-createdAt,name`. Raises `InvalidValue` at `sort`."""
    keys: list[SortKey] = []
    for name in text.split(","):
        descending = name.startswith("-")
        try:
            path = parse_path(name[1:] if descending else name)
        except ValueError as error:
            raise InvalidValue.at("sort", str(error)) from None
        if any(key.path == path for key in keys):
            raise InvalidValue.at("sort", f"names `{path.text[:80]}` twice")
        keys.append(SortKey(path, descending))
        if len(keys) > MAX_KEYS:
            raise InvalidValue.at("sort", f"has more than {MAX_KEYS} fields")
    names = [key.path.text for key in keys]
    # Nothing is left to order after the id.
    return Sort(tuple(keys[: names.index("id") + 1]) if "id" in names else (*keys, BY_ID))


def sort_key(value: Any) -> OrderKey:
    """What a value sorts by."""
    return (Rank.EMPTY.value,) if value is EMPTY else order_key(value)


def _values(value: Any, parts: tuple[str, ...], at: int) -> Iterator[Any]:
    while at < len(parts):
        part = parts[at]
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and is_position(part) and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, list) and value:
            for item in value:
                yield from _values(item if isinstance(item, dict) else None, parts, at)
            return
        else:
            yield None
            return
        at += 1
    if not isinstance(value, list):
        yield value
    elif value:
        yield from value
    else:
        yield EMPTY
