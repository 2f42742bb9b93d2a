"""Dotted paths into documents, and what stands at their ends: as MongoDB's filters see it.

A path leads through objects by name, and through arrays into each object among their
elements, or to one element by its position.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backpack_api.domain.documents import MAX_DEPTH, MAX_KEY_LENGTH, SYSTEM_FIELDS
from backpack_api.domain.json_order import MISSING
from backpack_api.domain.json_text import JsonObject

MOMENTS = frozenset({"createdAt", "updatedAt"})
"""System fields that are moments in the database and RFC 3339 text in JSON."""


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path that a document can have."""

    text: str
    parts: tuple[str, ...]

    @property
    def is_system(self) -> bool:
        """Whether it names a field that the API writes."""
        return self.parts[0] in SYSTEM_FIELDS

    @property
    def is_moment(self) -> bool:
        return self.parts[0] in MOMENTS

    @property
    def has_position(self) -> bool:
        """Whether a part of it may mean a position in an array."""
        return any(is_position(part) for part in self.parts)


def parse_path(text: str) -> Path:
    """The path. Raises `ValueError` with what is wrong with it."""
    parts = tuple(text.split("."))
    shown = text[:80]
    if len(parts) > MAX_DEPTH:
        raise ValueError(f"`{shown}` has more than {MAX_DEPTH} parts, which no document has")
    for part in parts:
        if not part:
            raise ValueError(f"`{shown}` is not a path: names with single dots between them")
        if part[0] == "$" or "\0" in part or len(part) > MAX_KEY_LENGTH:
            raise ValueError(f"`{shown}` is not a path: no document has a key `{part[:80]}`")
    if parts[0] in SYSTEM_FIELDS and len(parts) > 1:
        raise ValueError(f"`{shown}` leads into `{parts[0]}`, which holds nothing")
    return Path(text, parts)


def elements(document: JsonObject, parts: tuple[str, ...]) -> Iterator[Any]:
    """Every value that a condition on this path is tried on: the value at its end; where
    that is an array, each of its elements and then the array; `MISSING` for each object
    that lacks it. Nothing at all where the path ends in arrays that hold no objects."""
    return _below(document, parts, 0)


def _below(value: Any, parts: tuple[str, ...], at: int) -> Iterator[Any]:
    while at < len(parts):
        if isinstance(value, dict):
            if parts[at] not in value:
                yield MISSING
                return
            value = value[parts[at]]
            at += 1
        elif isinstance(value, list):
            yield from _within(value, parts, at)
            return
        else:
            yield MISSING
            return
    if isinstance(value, list):
        yield from value
    yield value


def _within(array: list[Any], parts: tuple[str, ...], at: int) -> Iterator[Any]:
    position = int(parts[at]) if is_position(parts[at]) else -1
    for number, item in enumerate(array):
        if isinstance(item, dict):
            yield from _below(item, parts, at)
        if number != position:
            continue
        if at + 1 == len(parts):
            # The element itself: MongoDB doesn't look into it here.
            yield item
        elif isinstance(item, dict):
            yield from _below(item, parts, at + 1)
        elif isinstance(item, list):
            yield from _within(item, parts, at + 1)


def is_position(part: str) -> bool:
    """Whether a part of a path may mean a position in an array."""
    return part.isascii() and part.isdecimal() and len(part) <= 8 and (part == "0" or part[0] != "0")
