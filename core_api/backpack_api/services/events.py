"""Telling all replicas what has happened, this one included.

`publish` never waits: events are appended to the stream in batches, in the order in
which they were published. Every replica, the publishing one too, hears of an event
only from the stream, so that all hear of all events in one order.

Where events may be missing, a RESET is in the stream, or this replica finds out by
itself (`on_gap`): after Redis was restarted, after a replica that ended without having
told all, after more than the stream can hold.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable

from backpack_api.domain.events import RESET, Event
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.sequences import BEGINNING, Sequence
from backpack_api.problems import StoreUnavailable
from backpack_api.services.background import end, keep
from backpack_api.services.event_queue import EventQueue
from backpack_api.stores.replicas import ReplicaStore
from backpack_api.stores.stream import EventStream

BLOCK_MS = 400
"""How long one read of the stream waits for the next event."""
FRESH_SECONDS = 0.9
"""What was heard longer ago may be out of date: the contract gives an ended session a second."""
DEAF_SECONDS = 3.0
"""A replica that has heard nothing for longer isn't ready. More than a busy moment."""
MAX_ENTRIES = 64
"""Entries of one read."""
RETRY_SECONDS = 0.2
TURN_SECONDS = 0.005
"""How long events are handed out before others get their turn on the event loop."""
BEAT_SECONDS = 2.0
STALE_MS = 10_000
"""A replica that wasn't heard of for so long has ended, whatever it says later."""
TRIM_AFTER_BYTES = 1024 * 1024
TRIM_BEATS = 15
"""The stream is looked at after so many bytes of this replica, and now and then."""

Handler = Callable[[Event], None]

log = logging.getLogger("backpack_api.events")


class EventService:
    """Publishes events, and hears those of all replicas while it runs."""

    def __init__(self, stream: EventStream, replicas: ReplicaStore, replica: str, max_bytes: int) -> None:
        self.replica = replica
        self.position: Sequence = BEGINNING
        """Of the newest event that was heard here."""
        self.published_count = 0
        self.heard_count = 0
        """Events since the start: for the metrics."""
        self._stream = stream
        self._replicas = replicas
        self._max_bytes = max_bytes
        self._queue = EventQueue(stream, replica)
        self._trimmed_at = 0
        self._handlers: dict[str, list[Handler]] = {}
        self._gap_handlers: list[Callable[[], None]] = []
        self._registration_handlers: list[Callable[[], None]] = []
        self._heard_at = float("-inf")
        self._run: str | None = None
        self._heard_run: str | None = None
        self._lost = True
        self._hearing: set[asyncio.Future[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def on(self, kind: str, handler: Handler) -> None:
        """Call the handler for each event of this kind. It must not wait."""
        self._handlers.setdefault(kind, []).append(handler)

    def on_gap(self, handler: Callable[[], None]) -> None:
        """Call the handler when events may have been missed: what was derived from them
        is to be forgotten."""
        self._gap_handlers.append(handler)

    def on_registration(self, handler: Callable[[], None]) -> None:
        """Call the handler when this replica was put into the list of replicas: at first,
        and again where it had been taken for dead."""
        self._registration_handlers.append(handler)

    def publish(self, kind: str, payload: JsonObject) -> None:
        """Tell all replicas. Returns at once; the event follows within milliseconds."""
        self.published_count += 1
        self._queue.put(kind, payload)

    async def append(self, kind: str, payload: JsonObject) -> Sequence:
        """Tell all replicas, and return once it is in the stream. Raises `StoreUnavailable`."""
        self.published_count += 1
        return await self._queue.put_and_wait(kind, payload)

    async def since(self, sequence: Sequence, *, entries: int) -> list[Event] | None:
        """Events after this one, as they are in the stream now; those of at most so many
        entries from its own on. None where the stream doesn't reach back to it."""
        return await self._stream.since(sequence, entries=entries)

    async def heard(self, sequence: Sequence) -> None:
        """Return once this event, which is in the stream, was heard here."""
        while sequence > self.position:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._hearing.add(waiting)
            await waiting

    async def check(self) -> None:
        """Raise `StoreUnavailable` where the stream isn't heard: who subscribes here would
        miss what others write."""
        if asyncio.get_running_loop().time() - self._heard_at > DEAF_SECONDS:
            raise StoreUnavailable("cache")

    @property
    def fresh(self) -> bool:
        """Whether every event that is older than a second has been heard here. Only while
        it is, may something be answered from a memory that events keep up to date."""
        return asyncio.get_running_loop().time() - self._heard_at < FRESH_SECONDS

    def start(self) -> None:
        self._tasks = [keep(work) for work in (self._queue.run, self._beats, self._tail)]

    async def close(self) -> None:
        """End, once what was published is in the stream. Where it can't be put there, this
        replica stays in the list, and whoever finds it there tells of the gap."""
        if not self._tasks:
            return
        flushed = await self._queue.flush()
        await end(*self._tasks)
        if flushed:
            try:
                await self._replicas.leave(self.replica)
            except StoreUnavailable:
                log.warning("could not say that this replica ended in an orderly way")

    async def _beats(self) -> None:
        for number in itertools.count():
            try:
                await self._beat()
                appended = self._queue.appended_bytes
                if appended - self._trimmed_at > TRIM_AFTER_BYTES or number % TRIM_BEATS == 0:
                    self._trimmed_at = appended
                    await self._stream.trim(self._max_bytes)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self) -> None:
        beat = await self._replicas.beat(self.replica, stale_ms=STALE_MS)
        if beat.run != self._run:
            # What was appended last may be gone, and ids may begin anew.
            self._run, self._lost = beat.run, True
        if not beat.known:
            for handler in self._registration_handlers:
                handler()

    async def _tail(self) -> None:
        loop = asyncio.get_running_loop()
        self._lost = True  # if this has begun before, it ended in the middle of something
        while True:
            try:
                if self._lost:
                    await self._find_position()
                batches = await self._stream.read(self.position.entry, block_ms=BLOCK_MS, count=MAX_ENTRIES)
            except StoreUnavailable:
                self._heard_at = float("-inf")
                self._lost = True
                await asyncio.sleep(RETRY_SECONDS)
                continue
            heard_at = loop.time()
            for batch in batches:
                for event in batch:
                    self._hear(event)
                    if loop.time() - heard_at > TURN_SECONDS:
                        await asyncio.sleep(0)
            if len(batches) < MAX_ENTRIES:
                self._heard_at = heard_at
            self._release()

    async def _find_position(self) -> None:
        """Go on where reading stopped, if the stream still has all that came after."""
        await self._beat()
        bounds = await self._stream.bounds()
        whole = self._heard_run == self._run and bounds.first <= self.position <= bounds.last
        self._heard_run, self._lost = self._run, False
        if not whole:
            self.position = bounds.last
            self._forget()

    def _release(self) -> None:
        """Wake those who wait for an event: they look again."""
        hearing, self._hearing = self._hearing, set()
        for waiting in hearing:
            if not waiting.done():
                waiting.set_result(None)

    def _hear(self, event: Event) -> None:
        self.position = event.sequence
        self.heard_count += 1
        if event.kind == RESET:
            self._forget()
        for handler in self._handlers.get(event.kind, ()):
            try:
                handler(event)
            except Exception:
                log.exception("an event could not be handled")

    def _forget(self) -> None:
        for forget in self._gap_handlers:
            try:
                forget()
            except Exception:
                log.exception("a gap in the events could not be handled")
