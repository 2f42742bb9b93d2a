"""Functions of an application that are called with events."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

E = TypeVar("E")

Listener = Callable[[E], None]
StopListening = Callable[[], None]
"""Ends what `on_…` has begun."""


class Listeners(Generic[E]):
    """Those of one kind of events."""

    def __init__(self) -> None:
        self._all: dict[object, Listener[E]] = {}

    def add(self, listener: Listener[E]) -> StopListening:
        """Gives what ends it."""
        check(listener)
        ticket = object()
        self._all[ticket] = listener

        def stop() -> None:
            self._all.pop(ticket, None)

        return stop

    def tell(self, event: E) -> None:
        for listener in list(self._all.values()):
            call(listener, event)


def check(listener: Callable[..., Any]) -> None:
    """Refuse a function that would never run."""
    if inspect.iscoroutinefunction(listener):
        raise TypeError("Listeners are plain functions; one can put events into an asyncio.Queue.")


def call(listener: Listener[E], event: E) -> None:
    """Call an application's function. What it raises is its own: its loop is told, and nothing ends here."""
    try:
        listener(event)
    except Exception as error:  # noqa: BLE001  anything, as it isn't ours
        message = "A listener of backpack_sdk has failed."
        asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})
