"""What a parsed filter is made of, and whether it holds for a document."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backpack_api.domain.json_order import MISSING, OrderKey, Rank, order_key, rank_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.paths import Path, elements


class Comparison(StrEnum):
    """What is compared by the order of values."""

    EQ = "$eq"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"


_HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQ: operator.eq,
    Comparison.GT: operator.gt,
    Comparison.GTE: operator.ge,
    Comparison.LT: operator.lt,
    Comparison.LTE: operator.le,
}
_AS_THEY_ARE = frozenset({Rank.NUMBER, Rank.STRING, Rank.BOOLEAN})
"""Types whose values compare in Python as in the order."""


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
        compares, rank = _HOLDS[self.comparison], rank_of(self.value)
        found = elements(document, self.path.parts)
        if rank in _AS_THEY_ARE:
            # The usual case, and an array may have half a million elements.
            wanted = self.value
            return any(rank_of(value) is rank and compares(value, wanted) for value in found)
        return any(rank_of(value) is rank and compares(order_key(value), self.key) for value in found)


@dataclass(frozen=True, slots=True)
class In:
    """Some element at the path equals one of the values. A missing field is a null."""

    path: Path
    values: tuple[Any, ...]
    plain: dict[Rank, frozenset[Any]] = field(init=False, repr=False, compare=False)
    """Those that are compared as they are, by their type."""
    keys: frozenset[OrderKey] = field(init=False, repr=False, compare=False)
    """Those of all other types."""

    def __post_init__(self) -> None:
        by_rank = {rank: [value for value in self.values if rank_of(value) is rank] for rank in _AS_THEY_ARE}
        others = [value for value in self.values if rank_of(value) not in _AS_THEY_ARE]
        object.__setattr__(self, "plain", {rank: frozenset(values) for rank, values in by_rank.items()})
        object.__setattr__(self, "keys", frozenset(order_key(value) for value in others))

    def holds(self, document: JsonObject) -> bool:
        return any(self._has(found) for found in elements(document, self.path.parts))

    def _has(self, found: Any) -> bool:
        plain = self.plain.get(rank_of(found))
        if plain is not None:
            return found in plain
        return bool(self.keys) and order_key(found) in self.keys


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
