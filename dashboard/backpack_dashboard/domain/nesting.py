"""What others send, looked at without recursion: how deep it goes, and whether it is text."""

from collections.abc import Mapping
from typing import Any

MOST_LEVELS = 64
"""Of a spec, which may hold the JSON Schemas of collections."""


def deeper_than(value: Any, most: int) -> bool:
    """Whether objects and lists stand in more than so many levels; the outermost is the first."""
    level, inside = 0, [value]
    while inside := [one for one in inside if isinstance(one, (Mapping, list))]:
        level += 1
        if level > most:
            return True
        inside = [member for one in inside for member in _members(one)]
    return False


def has_half_a_character(value: Any) -> bool:
    r"""Whether a text in it has a lone `\ud800` to `\udfff`, which no answer can be written with."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if any("\ud800" <= character <= "\udfff" for character in one):
                return True
        elif isinstance(one, Mapping):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
    return False


def _members(container: Any) -> Any:
    return container.values() if isinstance(container, Mapping) else container
