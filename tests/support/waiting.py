"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NotInTime(AssertionError):
    """The condition didn't hold in time; the message has what was last seen."""


def eventually(
    condition: Callable[[], T],
    *,
    within: float,
    every: float = 0.2,
    what: str = "",
    retry_on: tuple[type[Exception], ...] = (AssertionError,),
) -> T:
    """The first truthy value of `condition`, asked every `every` seconds.

    An exception of `retry_on` counts as "not yet". After `within` seconds:
    `NotInTime`, which quotes the last answer or exception.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            value = condition()
        except retry_on as error:
            last = error
        else:
            if value:
                return value
            last = value
        if time.monotonic() >= deadline:
            name = what or getattr(condition, "__name__", "the condition")
            raise NotInTime(f"{name}: not within {within:g} s; last seen: {last!r}")
        time.sleep(every)


async def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds, within the test's own time limit. For what happens
    on this event loop and tells nobody."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)
