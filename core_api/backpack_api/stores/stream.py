"""The one Redis Stream of a backpack: every event, in the order that all replicas see.

events  stream: field `k` the event's kind, field `p` its payload as JSON
"""

from collections.abc import Sequence
from typing import Any

import orjson

from backpack_api.domain.events import Event
from backpack_api.domain.json_text import JsonObject
from backpack_api.stores.redis import Cache, cache_errors, cache_errors_of_waits

KEY = "events"
MAX_ENTRIES = 20_000


class EventStream:
    """Appends and reads events."""

    def __init__(self, cache: Cache) -> None:
        # Its answers' types know nothing of bytes.
        self._redis: Any = cache.client

    @cache_errors
    async def append(self, events: Sequence[tuple[str, JsonObject]]) -> None:
        """Add events in order, in one round trip."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for kind, payload in events:
                self.stage(pipe, kind, payload)
            await pipe.execute()

    @staticmethod
    def stage(pipe: Any, kind: str, payload: JsonObject) -> None:
        """Add an event to what a pipeline will do: in a transaction, with the change that
        it tells of or not at all."""
        entry: dict[Any, Any] = {b"k": kind, b"p": orjson.dumps(payload)}
        pipe.xadd(KEY, entry, maxlen=MAX_ENTRIES, approximate=True)

    @cache_errors
    async def last(self) -> str:
        """The `seq` of the newest event; `0-0` where there was none."""
        newest = await self._redis.xrevrange(KEY, count=1)
        return newest[0][0].decode() if newest else "0-0"

    @cache_errors_of_waits
    async def read(self, after: str, *, block_ms: int, count: int) -> list[Event]:
        """Events after this one, waiting for the first where there is none yet."""
        answer = await self._redis.xread({KEY: after}, count=count, block=block_ms)
        return [
            Event(entry.decode(), fields[b"k"].decode(), orjson.loads(fields[b"p"]))
            for _, entries in answer
            for entry, fields in entries
        ]
