"""Kubernetes quantities: the API server answers `1000m` with `1`, so quantities
are compared and computed as exact numbers."""

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15,
    "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10,
    "Mi": Decimal(2) ** 20,
    "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40,
    "Pi": Decimal(2) ** 50,
    "Ei": Decimal(2) ** 60,
}
_MOST = Decimal(2) ** 63 - 1
"""The API server makes of every larger quantity this one."""
_FURTHEST = 400
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?")


@lru_cache(maxsize=1024)
def quantity(text: str | int) -> Decimal:
    """The number that a quantity stands for; `ValueError` if it is none.

    Source: k8s.io/apimachinery/pkg/api/resource, the grammar of Quantity.
    """
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"`{text}` is not a quantity: write one such as 500m, 2 or 1Gi")
    number, suffix, exponent = match.groups()
    # Beyond these the number is as large or small as can be, whatever it is written as.
    power = max(-_FURTHEST, min(_FURTHEST, int(exponent or 0)))
    scale = Decimal(10) ** power if exponent else _SUFFIXES[suffix or ""]
    return min(_MOST, Decimal(number) * scale)


def same_quantity(one: str | int, other: str | int) -> bool:
    """Whether two texts stand for one number, as `1000m` and `1` do."""
    try:
        return quantity(one) == quantity(other)
    except ValueError:
        return one == other


def larger(one: str, other: str) -> str:
    """The larger of two quantities, in the words of the first where they are equal."""
    return other if quantity(other) > quantity(one) else one


def smaller(one: str, other: str) -> str:
    """The smaller of two quantities, in the words of the first where they are equal."""
    return other if quantity(other) < quantity(one) else one


def whole_bytes(text: str | int) -> int:
    """The bytes that a quantity stands for, a part of one rounded up, as the API server does."""
    return int(quantity(text).to_integral_value(ROUND_CEILING))
