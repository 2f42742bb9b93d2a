"""Telling all replicas what has happened, this one included.

`publish` never waits: events are appended to the stream in batches, in the order in
which they were published. Every replica, the publishing one too, hears of an event
only from the stream, so that all hear of all events in one order.
"""

import asyncio
import logging
from collections.abc import Callable

from backpack_api.domain.events import Event
from backpack_api.domain.json_text import JsonObject
from backpack_api.problems import StoreUnavailable
from backpack_api.stores.stream import EventStream

BLOCK_MS = 400
"""How long one read of the stream waits for the next event."""
FRESH_SECONDS = 0.9
"""What was heard longer ago may be out of date: the contract gives an ended session a second."""
MAX_BATCH = 256
RETRY_SECONDS = 0.2

Handler = Callable[[Event], None]

log = logging.getLogger("backpack_api.events")


class EventService:
    """Publishes events, and hears those of all replicas while it runs."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._handlers: dict[str, list[Handler]] = {}
        self._gap_handlers: list[Callable[[], None]] = []
        self._waiting: list[tuple[str, JsonObject]] = []
        self._wake = asyncio.Event()
        self._heard_at = float("-inf")
        self.position = "0-0"
        """The `seq` of the newest event that was heard here."""
        self._ending = False
        self._tasks: list[asyncio.Task[None]] = []

    def on(self, kind: str, handler: Handler) -> None:
        """Call the handler for each event of this kind. It must not wait."""
        self._handlers.setdefault(kind, []).append(handler)

    def on_gap(self, handler: Callable[[], None]) -> None:
        """Call the handler when events may have been missed: what was derived from them
        is to be forgotten."""
        self._gap_handlers.append(handler)

    def publish(self, kind: str, payload: JsonObject) -> None:
        """Tell all replicas. Returns at once; the event follows within milliseconds."""
        self._waiting.append((kind, payload))
        self._wake.set()

    @property
    def fresh(self) -> bool:
        """Whether every event that is older than a second has been heard here. Only while
        it is, may something be answered from a memory that events keep up to date."""
        return asyncio.get_running_loop().time() - self._heard_at < FRESH_SECONDS

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._append()), asyncio.create_task(self._tail())]

    async def close(self) -> None:
        """End, once what was published is in the stream, or can't be put there."""
        if not self._tasks:
            return
        appending, tailing = self._tasks
        tailing.cancel()
        self._ending = True
        self._wake.set()
        await asyncio.gather(appending, tailing, return_exceptions=True)

    async def _append(self) -> None:
        while not self._ending:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                try:
                    await self._stream.append(batch)
                except StoreUnavailable:
                    log.warning(
                        "events were lost: the cache is away", extra={"fields": {"count": len(batch)}}
                    )

    async def _tail(self) -> None:
        loop = asyncio.get_running_loop()
        after: str | None = None
        while True:
            try:
                if after is None:
                    after = self.position = await self._stream.last()
                events = await self._stream.read(after, block_ms=BLOCK_MS, count=MAX_BATCH)
            except StoreUnavailable:
                after = None
                self._heard_at = float("-inf")  # what comes before the next `last` is never heard
                for forget in self._gap_handlers:
                    forget()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._heard_at = loop.time()
            for event in events:
                after = self.position = event.seq
                for handler in self._handlers.get(event.kind, ()):
                    handler(event)
