"""Trying again, with pauses that grow: a dashboard, or a cluster, that restarts is back within a minute."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from .errors import BrokeOff, CliError

T = TypeVar("T")

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0)
"""Seconds between the tries of what goes on for long."""
SHORT = PAUSES[:2]
"""Of what somebody waits for who has just typed it."""


class Patience:
    """The pauses between tries that fail one after the other."""

    def __init__(
        self, pauses: Sequence[float] = PAUSES, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._pauses = pauses
        self._sleep = sleep
        self._failed = 0

    def rest(self, error: CliError) -> None:
        """Until the next try. Raises `error`, for which one is needed, where that was the last."""
        if self._failed == len(self._pauses):
            raise error
        self._failed += 1
        self._sleep(self._pauses[self._failed - 1])

    def renew(self) -> None:
        """After a try that came to something."""
        self._failed = 0


def patiently(work: Callable[[], T], patience: Patience) -> T:
    """What `work` returns, which may be done more than once. Raises `CliError`."""
    while True:
        try:
            return work()
        except BrokeOff as error:
            patience.rest(error)
