"""What listeners in a thread of their own have still to hear.

While it is much, the connection is read no further: else a listener that is slower than what it listens to
would fill the memory. To the API it is a slow reader then, as a listener is that holds up an event loop.
"""

import asyncio
from collections.abc import Callable

MOST = 256
"""Events that wait."""


class Backlog:
    """That of one client. All methods belong to its event loop."""

    def __init__(self) -> None:
        self._size = 0
        self._changed = asyncio.Event()

    def grew(self) -> None:
        """A listener has one more to hear."""
        self._size += 1

    def shrank(self) -> None:
        """It has heard one."""
        self._size -= 1
        self.look_again()

    def look_again(self) -> None:
        """Whoever waits for room may have become urgent."""
        self._changed.set()

    async def room(self, urgent: Callable[[], bool]) -> None:
        """Wait until it isn't much, or something is urgent."""
        while self._size >= MOST and not urgent():
            self._changed.clear()
            await self._changed.wait()
