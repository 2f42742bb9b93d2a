"""How long to wait before a failed reconcile is tried again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import random as default_random
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(slots=True)
class Backoff(Generic[Key]):
    """Doubles from `first` to `most` seconds for each failure in a row of one key,
    and takes a random half of it off, so that what failed together comes back apart.

    `most` is as long as somebody who has mended the cause may be left waiting."""

    first: float = 0.5
    most: float = 60.0
    random: Callable[[], float] = default_random
    _failures: dict[Key, int] = field(default_factory=dict)

    def failed(self, key: Key) -> float:
        """Seconds to wait after one more failure of `key`."""
        count = self._failures.get(key, 0)
        self._failures[key] = count + 1
        full = min(self.most, self.first * 2.0 ** min(count, 32))
        return full * (0.5 + self.random() / 2)

    def succeeded(self, key: Key) -> None:
        self._failures.pop(key, None)
