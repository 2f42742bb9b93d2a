"""What became of requests that may be tried again.

retry:DIGEST  string: JSON `{print, outcome}`; `outcome` is null while the request is
              under way
"""

from dataclasses import dataclass
from typing import Any

import orjson

from backpack_api.domain.json_text import JsonObject
from backpack_api.stores.redis import Cache, cache_errors

_PREFIX = "retry:"

# Only the request that holds the key changes what is there.
_IF_HELD = """
local held = redis.call('get', KEYS[1])
if not held or cjson.decode(held)['holder'] ~= ARGV[1] then return 0 end
"""
_RENEW = _IF_HELD + "return redis.call('pexpire', KEYS[1], ARGV[2])"
_RELEASE = _IF_HELD + "return redis.call('del', KEYS[1])"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a key."""

    print: str
    outcome: JsonObject | None


class RetryStore:
    """Records by digest of the key."""

    def __init__(self, cache: Cache) -> None:
        self._redis: Any = cache.client

    @cache_errors
    async def take(self, digest: str, print_: str, holder: str, *, milliseconds: int) -> Record | None:
        """Take the key for a request that begins: None; or what is there already."""
        value = orjson.dumps({"print": print_, "holder": holder, "outcome": None})
        found = await self._redis.set(_PREFIX + digest, value, nx=True, get=True, px=milliseconds)
        if found is None:
            return None
        record = orjson.loads(found)
        return Record(record["print"], record["outcome"])

    @cache_errors
    async def renew(self, digest: str, holder: str, *, milliseconds: int) -> None:
        await self._redis.eval(_RENEW, 1, _PREFIX + digest, holder, milliseconds)

    @cache_errors
    async def settle(self, digest: str, print_: str, outcome: JsonObject, *, seconds: int) -> None:
        """Keep what became of it."""
        value = orjson.dumps({"print": print_, "outcome": outcome})
        await self._redis.set(_PREFIX + digest, value, ex=seconds)

    @cache_errors
    async def release(self, digest: str, holder: str) -> None:
        """Let the next one try."""
        await self._redis.eval(_RELEASE, 1, _PREFIX + digest, holder)
