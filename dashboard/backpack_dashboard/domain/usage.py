"""How much of a backpack is used, over the time that somebody looked at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

WIDTH, HEIGHT = 200, 40
"""Of a chart, in its own units."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Figures at one moment; `at` in seconds of a clock that only goes forward. `requests`
    counts since the API's replica began, None where it isn't told."""

    at: float
    users: int
    documents: int
    bytes: int
    sockets: int
    requests: int | None

    @classmethod
    def of(cls, stats: Mapping[str, Any], requests: int | None, at: float) -> "Sample":
        """From the answer to `stats`."""
        size = stats["collections"]["dataBytes"] + stats["files"]["bytes"]
        return cls(at, stats["users"], stats["collections"]["documents"], size, stats["sockets"], requests)


def rates(samples: Sequence[Sample]) -> list[float]:
    """Requests a second between one sample and the next; what counts anew has begun at 0."""
    found = []
    for before, after in pairwise(samples):
        if before.requests is None or after.requests is None or after.at <= before.at:
            continue
        grown = after.requests - before.requests
        found.append((grown if grown >= 0 else after.requests) / (after.at - before.at))
    return found


def polyline(values: Sequence[float]) -> str:
    """The `points` of an SVG polyline within `WIDTH` by `HEIGHT`: 0 is at the bottom, unless
    the values never come near it."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    if low <= high / 2:
        low = 0
    span = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    flat = high == low and high != 0
    return " ".join(
        f"{number * step:.1f},{HEIGHT / 2 if flat else HEIGHT - 2 - (value - low) / span * (HEIGHT - 4):.1f}"
        for number, value in enumerate(values)
    )
