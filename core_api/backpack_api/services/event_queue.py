"""What this replica has to tell, on its way into the stream: in order, in batches, and
each batch again until the stream has it once.

Only where too much waits, as the cache has been away for long, is it dropped: then a
reset is owed, and goes before whatever is told next.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from backpack_api.domain.events import RESET
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.sequences import Sequence, of_entry
from backpack_api.logs import FIELDS
from backpack_api.problems import StoreUnavailable
from backpack_api.stores.stream import EventStream, encode_event

MAX_BATCH_EVENTS = 256
MAX_BATCH_BYTES = 512 * 1024
MAX_WAITING_BYTES = 16 * 1024 * 1024
RETRY_SECONDS = 0.2
FLUSH_SECONDS = 5.0
"""How long the end of the process waits for the cache to take what is left."""

log = logging.getLogger("backpack_api.events")


@dataclass(slots=True)
class _Waiting:
    text: bytes
    told: "asyncio.Future[Sequence] | None"


class EventQueue:
    """Appends this replica's events."""

    def __init__(self, stream: EventStream, replica: str) -> None:
        self._stream = stream
        self._replica = replica
        self._number = 0
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._owed = False
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._failing = False
        self.appended_bytes = 0
        """In all, by this process."""

    def put(self, kind: str, payload: JsonObject) -> None:
        """Tell it soon. Never waits."""
        self._put(_Waiting(encode_event(kind, payload), None))

    async def put_and_wait(self, kind: str, payload: JsonObject) -> Sequence:
        """Tell it, and return once it is in the stream. Raises `StoreUnavailable`: it may
        then be there, or not."""
        if self._failing:
            raise StoreUnavailable("cache")
        told: asyncio.Future[Sequence] = asyncio.get_running_loop().create_future()
        self._put(_Waiting(encode_event(kind, payload), told))
        return await told

    async def run(self) -> None:
        """Append, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting or self._owed:
                await self._append(self._batch())
            self._empty.set()

    async def flush(self) -> bool:
        """Whether all that was told is in the stream: waits for it, but not for ever."""
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def _put(self, one: _Waiting) -> None:
        self._waiting.append(one)
        self._bytes += len(one.text)
        if self._bytes > MAX_WAITING_BYTES:
            self._give_up()
        self._empty.clear()
        self._wake.set()

    def _batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        if self._owed:
            self._owed = False
            batch.append(_Waiting(encode_event(RESET, {"why": "events were lost"}), None))
        size = 0
        while self._waiting and len(batch) < MAX_BATCH_EVENTS and size < MAX_BATCH_BYTES:
            one = self._waiting.popleft()
            size += len(one.text)
            batch.append(one)
        self._bytes -= size
        return batch

    async def _append(self, batch: list[_Waiting]) -> None:
        self._number += 1
        while True:
            try:
                entry = await self._stream.append(self._replica, self._number, [one.text for one in batch])
            except StoreUnavailable as error:
                if not self._failing:
                    self._failing = True
                    cause = type(error.__cause__).__name__
                    log.warning(
                        "events wait: the cache is away",
                        extra={FIELDS: {"count": len(batch), "cause": cause}},
                    )
                self._fail(batch)  # these may be there; those that wait aren't
                self._drop_awaited()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except BaseException:
                # Whether these are there, nobody will know.
                self._owed = True
                self._wake.set()
                self._fail(batch)
                raise
            break
        self._failing = False
        for index, one in enumerate(batch):
            self.appended_bytes += len(one.text)
            if one.told is not None and not one.told.done():
                one.told.set_result(of_entry(entry, index))

    @staticmethod
    def _fail(those: Iterable[_Waiting]) -> None:
        for one in those:
            if one.told is not None and not one.told.done():
                one.told.set_exception(StoreUnavailable("cache"))

    def _drop_awaited(self) -> None:
        self._fail(self._waiting)
        kept = [one for one in self._waiting if one.told is None]
        self._waiting = deque(kept)
        self._bytes = sum(len(one.text) for one in kept)

    def _give_up(self) -> None:
        log.error("events were dropped: the cache is away", extra={FIELDS: {"count": len(self._waiting)}})
        self._fail(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._owed = True
