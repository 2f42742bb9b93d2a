"""Locks that all replicas share: a key in Redis with a random owner.

Needed where the engine can't change a document in one step (see `mongo.Engine`),
and where a count and a write must not be parted.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from backpack_api.problems import Overloaded, StoreUnavailable
from backpack_api.stores.redis import Cache, cache_errors
from backpack_api.stores.round_trips import RoundTrips

HOLD_SECONDS = 40
"""When a lock frees itself, should its holder die: longer than the two calls of
the database that are made under one can take, with the wait between them."""
KEEP_SECONDS = 15
"""The same for one that is kept: it is renewed three times as often."""
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.01

_RENEW = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('expire', KEYS[1], ARGV[2]) end return 0"
)
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Locks:
    """Mutual exclusion by name, between tasks and between replicas."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._together = RoundTrips(cache.client)
        # Tasks of one process queue here first, in order and without polling.
        self._local: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of this name. Raises `Overloaded` where it isn't to be had in time."""
        local = self._local.setdefault(name, asyncio.Lock())
        async with local:
            key, owner = f"lock:{name}", secrets.token_hex(8)
            await self._acquire_or_leave(key, owner, HOLD_SECONDS)
            try:
                yield
            finally:
                await asyncio.shield(self._release(key, owner))

    @asynccontextmanager
    async def keep(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of this name for as long as it takes. Raises `Overloaded`."""
        key, owner = f"lock:{name}", secrets.token_hex(8)
        await self._acquire_or_leave(key, owner, KEEP_SECONDS)
        released = asyncio.Event()
        renewing = asyncio.create_task(self._keep_renewing(key, owner, released))
        try:
            yield
        finally:
            released.set()
            await asyncio.shield(renewing)
            await asyncio.shield(self._release(key, owner))

    @cache_errors
    async def take_turn(self, name: str, seconds: float) -> bool:
        """Whether the caller is the first to ask for this turn in so many seconds."""
        return bool(await self._cache.client.set(f"turn:{name}", 1, nx=True, px=max(1, int(seconds * 1000))))

    async def _acquire_or_leave(self, key: str, owner: str, seconds: int) -> None:
        try:
            await self._acquire(key, owner, seconds)
        except asyncio.CancelledError:
            # It may have been had already, with the answer still on its way.
            await asyncio.shield(self._release(key, owner))
            raise

    @cache_errors
    async def _acquire(self, key: str, owner: str, seconds: int) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        while not await self._together.execute("SET", key, owner, "NX", "EX", seconds):
            if loop.time() > deadline:
                raise Overloaded
            await asyncio.sleep(POLL_SECONDS)

    @cache_errors
    async def _release(self, key: str, owner: str) -> None:
        await self._together.execute("EVAL", _RELEASE, 1, key, owner)

    async def _keep_renewing(self, key: str, owner: str, released: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEP_SECONDS / 3):
                    await released.wait()
            if released.is_set():
                return
            with suppress(StoreUnavailable):
                await self._renew(key, owner)

    @cache_errors
    async def _renew(self, key: str, owner: str) -> None:
        await self._together.execute("EVAL", _RENEW, 1, key, owner, KEEP_SECONDS)
