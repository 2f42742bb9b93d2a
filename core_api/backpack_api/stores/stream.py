"""The one Redis Stream of a backpack: every event, in the order that all replicas see.

    events           stream: field `e` is a JSON array of `[kind, payload]`
    events:appended  hash: replica -> number and id of its last batch

Events that are published together are one entry, which Redis and every reader handle
as one. A batch has its replica's number, so that one whose answer was lost can be sent
again: it is never there twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from backpack_api.domain.events import Event
from backpack_api.domain.json_text import JsonObject, to_json
from backpack_api.domain.sequences import BEGINNING, Sequence, of_entry
from backpack_api.stores.redis import Cache, cache_errors, cache_errors_of_waits

KEY = "events"
APPENDED = "events:appended"

APPEND_SCRIPT = """
local last = redis.call('hget', KEYS[2], ARGV[1])
if last then
  local number, id = string.match(last, '^(%d+) (.+)$')
  if tonumber(number) >= tonumber(ARGV[2]) then return id end
end
local id = redis.call('xadd', KEYS[1], '*', 'e', ARGV[3])
redis.call('hset', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. id)
return id
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the stream holds. Both are of whole entries."""

    first: Sequence
    last: Sequence


class EventStream:
    """Appends and reads events."""

    def __init__(self, cache: Cache) -> None:
        # Its answers' types know nothing of bytes.
        self._redis: Any = cache.client
        self._append = self._redis.register_script(APPEND_SCRIPT)

    @cache_errors
    async def append(self, replica: str, number: int, events: Iterable[bytes]) -> str:
        """Add events, made by `encode_event`, as this replica's batch of this number, unless
        it is there already. Gives the entry's id."""
        data = b"[" + b",".join(events) + b"]"
        entry: bytes = await self._append(keys=[KEY, APPENDED], args=[replica, number, data])
        return entry.decode()

    @staticmethod
    def stage(pipe: Any, kind: str, payload: JsonObject) -> None:
        """Add an event to what a pipeline will do: in a transaction, with the change that
        it tells of or not at all."""
        pipe.xadd(KEY, {b"e": b"[" + encode_event(kind, payload) + b"]"})

    @cache_errors
    async def bounds(self) -> Bounds:
        """The oldest and the newest event."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xrange(KEY, count=1)
            pipe.xrevrange(KEY, count=1)
            oldest, newest = await pipe.execute()
        if not oldest:
            return Bounds(BEGINNING, BEGINNING)
        events = _events_of(*newest[0])
        return Bounds(of_entry(oldest[0][0].decode(), 0), of_entry(newest[0][0].decode(), len(events) - 1))

    @cache_errors_of_waits
    async def read(self, after: str, *, block_ms: int, count: int) -> list[list[Event]]:
        """The events of each entry after this one, waiting for the first where there is
        none yet."""
        answer = await self._redis.xread({KEY: after}, count=count, block=block_ms)
        return [_events_of(entry, fields) for _, entries in answer or () for entry, fields in entries]

    @cache_errors
    async def since(self, sequence: Sequence, *, entries: int) -> list[Event] | None:
        """The events after this one, of at most so many entries from its own on. None where
        its own is no longer there: then others may be missing, too."""
        found = await self._redis.xrange(KEY, min=sequence.entry, count=entries)
        if not found or found[0][0].decode() != sequence.entry:
            return None
        events = [event for entry, fields in found for event in _events_of(entry, fields)]
        return [event for event in events if event.sequence > sequence]

    @cache_errors
    async def trim(self, max_bytes: int) -> None:
        """Drop the oldest entries of a stream that takes more memory than this."""
        for _ in range(8):
            used = await self._redis.memory_usage(KEY, samples=0) or 0
            if used <= max_bytes:
                return
            # Entries differ in size: by their mean, and then look again.
            kept = int(await self._redis.xlen(KEY) * (0.9 * max_bytes / used))
            await self._redis.xtrim(KEY, maxlen=kept, approximate=False)


def encode_event(kind: str, payload: JsonObject) -> bytes:
    """An event as it is in an entry."""
    return to_json([kind, payload])


def _events_of(entry: bytes, fields: dict[bytes, bytes]) -> list[Event]:
    name, text = entry.decode(), fields[b"e"]
    events = orjson.loads(text)
    size = len(text) // max(1, len(events))
    return [Event(of_entry(name, place), kind, payload, size) for place, (kind, payload) in enumerate(events)]
