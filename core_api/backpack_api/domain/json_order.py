"""The order of JSON values, as MongoDB has it: first by type, then by value.

null < numbers < strings < objects < arrays < booleans < moments. Numbers compare by
value whatever their type, strings by code point (which is the order of their UTF-8
bytes), objects member by member (type, then name, then value), arrays element by
element. Source: MongoDB manual, "Comparison/Sort Order".
"""

from enum import IntEnum
from typing import Any


class Rank(IntEnum):
    """The place of a type in the order."""

    EMPTY = 0
    """Only a sort key has it: of an array without elements."""
    NULL = 1
    NUMBER = 2
    STRING = 3
    OBJECT = 4
    ARRAY = 5
    BOOLEAN = 6
    MOMENT = 7
    """Of a system field; its value is the text that the API answers, which sorts by time."""


class _Missing:
    """Nothing is there."""


MISSING = _Missing()
"""Stands for a field that isn't there; it is in the order where null is."""

_RANKS: dict[type, Rank] = {
    _Missing: Rank.NULL,
    type(None): Rank.NULL,
    bool: Rank.BOOLEAN,
    int: Rank.NUMBER,
    float: Rank.NUMBER,
    str: Rank.STRING,
    dict: Rank.OBJECT,
    list: Rank.ARRAY,
}

OrderKey = tuple[Any, ...]


def rank_of(value: Any) -> Rank:
    """The type's place of a JSON value."""
    rank = _RANKS.get(type(value))
    if rank is not None:
        return rank
    # The database's driver has a type of its own for integers of 64 bits.
    assert isinstance(value, int)  # noqa: S101
    return Rank.NUMBER


def order_key(value: Any) -> OrderKey:
    """What compares with Python's `<` and `==` as the values do in the order.

    Recursion is as deep as the value: documents and filters are bounded before."""
    rank = rank_of(value)
    if rank is Rank.NULL:
        return (1,)
    if rank is Rank.OBJECT:
        return (4, tuple((rank_of(item).value, name, order_key(item)) for name, item in value.items()))
    if rank is Rank.ARRAY:
        return (5, tuple(order_key(item) for item in value))
    return (rank.value, value)
