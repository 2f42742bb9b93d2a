"""A queue of keys to work on: each key at most once in it, and never worked on by
two workers at a time. What is added while it is being worked on comes once more
afterwards, since the work may have begun before the news. What is urgent comes first, but
every other turn is of the rest, so that it holds up nobody for ever."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")


class WorkQueue(Generic[Key]):
    """For one event loop; nothing here waits but `get` and `join`."""

    def __init__(self) -> None:
        self._ready: deque[Key] = deque()
        self._first: deque[Key] = deque()
        """Before those of `_ready`. A key may stand in both, and counts once."""
        self._was_first = False
        self._queued: set[Key] = set()
        self._urgent: set[Key] = set()
        self._active: set[Key] = set()
        self._timers: dict[Key, tuple[float, asyncio.Handle]] = {}
        """When each key's time has come, by the loop's clock. uvloop's handles don't tell
        that of a delay that rounds to no milliseconds."""
        self._wakeups: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @property
    def depth(self) -> int:
        """Keys that wait, not counting those that wait for a time."""
        return len(self._queued)

    @property
    def active(self) -> int:
        return len(self._active)

    def add(self, key: Key, *, urgent: bool = False) -> None:
        """Have `key` worked on as soon as a worker is free; `urgent`: before others."""
        self._cancel(key)
        if self._closed or (key in self._queued and (not urgent or key in self._urgent)):
            return
        self._queued.add(key)
        if urgent:
            self._urgent.add(key)
        if key not in self._active:
            self._put(key)

    def add_after(self, key: Key, seconds: float) -> None:
        """Have `key` worked on in `seconds`, or sooner if it is asked for sooner."""
        if self._closed or key in self._queued:
            return
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        if key in self._timers and self._timers[key][0] <= due:
            return
        self._cancel(key)
        self._timers[key] = due, loop.call_later(seconds, self.add, key)

    async def get(self) -> Key | None:
        """The next key, which is the caller's until `done`; None once closed."""
        while not self._closed:
            if (key := self._take()) is not None:
                return key
            wakeup = asyncio.get_running_loop().create_future()
            self._wakeups.append(wakeup)
            try:
                await wakeup
            except asyncio.CancelledError:
                if not wakeup.cancelled():
                    # It was this worker's turn: the key must not wait for the next one.
                    self._wake()
                raise
        return None

    def done(self, key: Key) -> None:
        """The caller has finished with `key`."""
        self._active.discard(key)
        if key in self._queued and not self._closed:
            self._put(key)

    def close(self) -> None:
        """No worker gets another key."""
        self._closed = True
        for key in list(self._timers):
            self._cancel(key)
        while self._wakeups:
            self._wake()

    def _put(self, key: Key) -> None:
        (self._first if key in self._urgent else self._ready).append(key)
        self._wake()

    def _take(self) -> Key | None:
        """The next key, if there is one; it is being worked on from now on."""
        lines = (self._ready, self._first) if self._was_first else (self._first, self._ready)
        for line in lines:
            while line:
                key = line.popleft()
                # It may have been taken from the other line.
                if key in self._queued and key not in self._active:
                    self._was_first = line is self._first
                    self._queued.discard(key)
                    self._urgent.discard(key)
                    self._active.add(key)
                    return key
        return None

    def _cancel(self, key: Key) -> None:
        if key in self._timers:
            _, timer = self._timers.pop(key)
            timer.cancel()

    def _wake(self) -> None:
        while self._wakeups:
            wakeup = self._wakeups.popleft()
            if not wakeup.done():
                wakeup.set_result(None)
                return


async def work(queue: WorkQueue[Key], handle: Callable[[Key], Awaitable[None]]) -> None:
    """One worker: handles keys until the queue is closed. `handle` must not raise."""
    while (key := await queue.get()) is not None:
        try:
            await handle(key)
        finally:
            queue.done(key)
