"""Kubernetes' quantities of storage, as numbers."""

import math
import re
from decimal import Decimal

_FACTORS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{suffix: Decimal(1024**power) for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
    **{suffix: Decimal(1000**power) for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), 1)},
}
_QUANTITY = re.compile(r"(?P<number>[0-9.]+)(?:[eE](?P<exponent>[+-]?[0-9]{1,2})|(?P<suffix>[A-Za-z]*))")


def storage_bytes(quantity: str) -> int:
    """The number of bytes, rounded up, of a quantity such as `1Gi`, `500M`, `1e9` or `1024`.

    `ValueError` for what is none.
    """
    found = _QUANTITY.fullmatch(quantity)
    factor = _FACTORS.get(found["suffix"] or "") if found else None
    if found is None or factor is None:
        raise ValueError(f"{quantity!r} is not a quantity of storage")
    try:
        number = Decimal(found["number"])
    except ArithmeticError as error:
        raise ValueError(f"{quantity!r} is not a quantity of storage") from error
    return math.ceil(number.scaleb(int(found["exponent"] or 0)) * factor)
