"""Waiting for a condition, with a deadline that ends in a sentence."""

import time
from collections.abc import Callable

from .errors import NotReady


def until(condition: Callable[[], bool], what: str, seconds: float, every: float = 0.1) -> None:
    """Return as soon as `condition()` holds; `NotReady` names `what` after `seconds`.

    A condition gives up early by raising.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            raise NotReady(f"{what} is not ready after {seconds:.0f} s")
        time.sleep(every)
