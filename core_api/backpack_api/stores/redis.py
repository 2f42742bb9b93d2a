"""The connection to the cache."""

import functools
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    InvalidResponse,
    OutOfMemoryError,
    ReadOnlyError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from backpack_api.problems import StoreUnavailable
from backpack_api.stores.measures import ERRORS, SECONDS
from backpack_common.redis_pool import redis_pool
from backpack_contract import ports

POOL_SIZE = 64

P = ParamSpec("P")
R = TypeVar("R")

_AWAY = (
    RedisConnectionError,
    RedisTimeoutError,
    AuthenticationError,
    AuthorizationError,
    ReadOnlyError,
    OutOfMemoryError,
    # No Redis: something else answers at its address, as long as that is not routed yet.
    InvalidResponse,
    OSError,
)


def cache_errors(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a failure to reach Redis leave a store's method as `StoreUnavailable`; and
    measure the call."""
    guarded = cache_errors_of_waits(call)
    seconds = SECONDS.labels("cache")

    @functools.wraps(call)
    async def measured(*args: P.args, **kwargs: P.kwargs) -> R:
        began = perf_counter()
        try:
            return await guarded(*args, **kwargs)
        finally:
            seconds.observe(perf_counter() - began)

    return measured


def cache_errors_of_waits(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """The same for a call that waits for something to happen: its time is no measure."""
    errors = ERRORS.labels("cache")

    @functools.wraps(call)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await call(*args, **kwargs)
        except _AWAY as error:
            errors.inc()
            raise StoreUnavailable("cache") from error

    return guarded


class Cache:
    """A pool of connections to one Redis. Connects by itself, again and again."""

    def __init__(self, host: str, password: str, database: int) -> None:
        pool = redis_pool(
            address=host,
            port=ports.REDIS,
            password=password,
            database=database,
            size=POOL_SIZE,
            client_name="backpack-api",
        )
        self.client: Redis = Redis(connection_pool=pool)

    @cache_errors
    async def ping(self) -> None:
        """Return once the server has answered."""
        await self.client.get("ping")

    @cache_errors
    async def read_users(self) -> list[str]:
        """Have the server read its file of users anew; answers the digests of the passwords
        that count now, sorted. Connections stay as they are."""
        await self.client.acl_load()
        user: Any = await self.client.acl_getuser("default")
        return sorted(user["passwords"])

    async def close(self) -> None:
        await self.client.aclose(close_connection_pool=True)
