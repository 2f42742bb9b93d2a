"""What a parsed filter is made of, and whether it holds for a document."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backpack_api.domain.json_order import OrderKey, order_key, rank_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.paths import MISSING, Path, elements


class Comparison(StrEnum):
    """What is compared by the order of values."""

    EQ = "$eq"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"


_HOLDS: dict[Comparison, Callable[[OrderKey, OrderKey], bool]] = {
    Comparison.EQ: lambda found, wanted: found == wanted,
    Comparison.GT: lambda found, wanted: found > wanted,
    Comparison.GTE: lambda found, wanted: found >= wanted,
    Comparison.LT: lambda found, wanted: found < wanted,
    Comparison.LTE: lambda found, wanted: found <= wanted,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """Some element at the path is of the value's type, and compares so with it. A missing
    field is a null."""

    path: Path
    comparison: Comparison
    value: Any
    """Of a moment: its canonical text."""
    key: OrderKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", order_key(self.value))

    def holds(self, document: JsonObject) -> bool:
        compares, wanted, rank = _HOLDS[self.comparison], self.key, rank_of(self.value)
        for found in elements(document, self.path.parts):
            value = None if found is MISSING else found
            if rank_of(value) is rank and compares(order_key(value), wanted):
                return True
        return False


@dataclass(frozen=True, slots=True)
class In:
    """Some element at the path equals one of the values. A missing field is a null."""

    path: Path
    values: tuple[Any, ...]
    keys: frozenset[OrderKey] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(order_key(value) for value in self.values))

    def holds(self, document: JsonObject) -> bool:
        return any(
            order_key(None if found is MISSING else found) in self.keys
            for found in elements(document, self.path.parts)
        )


@dataclass(frozen=True, slots=True)
class Exists:
    """Something is at the path, be it null."""

    path: Path

    def holds(self, document: JsonObject) -> bool:
        return any(found is not MISSING for found in elements(document, self.path.parts))


@dataclass(frozen=True, slots=True)
class Regex:
    """Some element at the path is a string in which the expression matches."""

    path: Path
    pattern: str
    found_in: Callable[[str], bool] = field(repr=False, compare=False)

    def holds(self, document: JsonObject) -> bool:
        return any(
            isinstance(found, str) and self.found_in(found) for found in elements(document, self.path.parts)
        )


@dataclass(frozen=True, slots=True)
class Not:
    """The other does not hold: so for a missing field, too."""

    node: "Node"

    def holds(self, document: JsonObject) -> bool:
        return not self.node.holds(document)


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple["Node", ...]

    def holds(self, document: JsonObject) -> bool:
        return all(node.holds(document) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple["Node", ...]

    def holds(self, document: JsonObject) -> bool:
        return any(node.holds(document) for node in self.nodes)


Node = Compare | In | Exists | Regex | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter."""

    root: Node
    source: Any
    """The JSON value that it was parsed from."""

    def matches(self, document: JsonObject) -> bool:
        """Whether the document, as the API answers it, satisfies the filter."""
        return self.root.holds(document)
