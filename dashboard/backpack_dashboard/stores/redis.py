"""The connection to the dashboard's own Redis."""

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from backpack_common.redis_pool import redis_pool
from backpack_contract import ports
from backpack_dashboard.errors import CacheUnavailable

POOL_SIZE = 32

P = ParamSpec("P")
R = TypeVar("R")


def cache_errors(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a failure to reach Redis leave a store's method as `CacheUnavailable`."""

    @functools.wraps(call)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await call(*args, **kwargs)
        except (RedisError, OSError) as error:
            raise CacheUnavailable from error

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
            client_name="backpack-dashboard",
            decode_responses=True,
        )
        self.client: Redis = Redis(connection_pool=pool)

    @cache_errors
    async def ping(self) -> None:
        """Return once the server has answered."""
        await self.client.get("ping")

    async def close(self) -> None:
        await self.client.aclose(close_connection_pool=True)
