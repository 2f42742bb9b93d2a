"""Ids of users and documents: UUIDs of version 7 (RFC 9562).

They sort by the time they were made, which makes them the key that lists are
paged by; within one process they are strictly increasing, so an array of
documents keeps its order.
"""

from collections.abc import Callable
from datetime import datetime

_COUNTER_BITS = 12
_RANDOM_BITS = 62


class IdentifierFactory:
    """Makes ids from a clock (milliseconds since 1970) and a source of bytes."""

    def __init__(self, now_ms: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._entropy = entropy
        self._last = 0

    def __call__(self) -> str:
        # Time and counter are one number of 60 bits: when 4096 ids were made in a
        # millisecond, or the clock went back, it runs on from the last one.
        self._last = max(self._now_ms() << _COUNTER_BITS, self._last + 1)
        milliseconds, counter = self._last >> _COUNTER_BITS, self._last & ((1 << _COUNTER_BITS) - 1)
        random = int.from_bytes(self._entropy(8)) & ((1 << _RANDOM_BITS) - 1)
        number = milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | random
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def first_id_of(moment: datetime) -> str:
    """What sorts before every id that was made from this moment on, and after those before it."""
    text = f"{int(moment.timestamp() * 1000):012x}"
    return f"{text[:8]}-{text[8:]}"
