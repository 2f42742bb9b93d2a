"""When tokens were last used, in Redis: a Secret that is written at each request would be a
burden on the cluster, and losing this loses nothing.

token-uses:<admin UID>  hash: token id -> Unix time in seconds
"""

from datetime import UTC, datetime

from backpack_dashboard.stores.redis import Cache, cache_errors

KEEP_SECONDS = 400 * 86400
"""Longer than a token can live."""


class TokenUses:
    def __init__(self, cache: Cache) -> None:
        self._redis = cache.client

    @cache_errors
    async def used(self, admin_uid: str, token_id: str, now: datetime) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(_key(admin_uid), token_id, str(int(now.timestamp())))
            pipe.expire(_key(admin_uid), KEEP_SECONDS)
            await pipe.execute()

    @cache_errors
    async def of(self, admin_uid: str) -> dict[str, datetime]:
        """By token id."""
        found = await self._redis.hgetall(_key(admin_uid))
        return {str(id_): datetime.fromtimestamp(int(value), UTC) for id_, value in found.items()}

    @cache_errors
    async def forget(self, admin_uid: str, token_id: str) -> None:
        await self._redis.hdel(_key(admin_uid), token_id)


def _key(uid: str) -> str:
    return f"token-uses:{uid}"
