"""Who is connected, by replica (see `stores.replicas`): a user comes with the first socket
at any replica, and goes with the last one. His channels are told of it in the same step."""

from collections.abc import Mapping
from typing import Any

from backpack_api.stores.redis import Cache, cache_errors
from backpack_api.stores.replicas import PRESENCE_FUNCTIONS

_SET = (
    PRESENCE_FUNCTIONS
    + """
local replica, user, here = ARGV[1], ARGV[2], ARGV[3]
local changed = redis.call(here == '1' and 'sadd' or 'srem', 'online:' .. replica, user)
if changed == 1 and not connected(user, replica) then
  tell_presence(user, here == '1' and 'online' or 'offline')
end
"""
)


class PresenceStore:
    """The users who are connected to a replica."""

    def __init__(self, cache: Cache) -> None:
        self._redis: Any = cache.client
        self._set = self._redis.register_script(_SET)

    @cache_errors
    async def write(self, replica: str, users: Mapping[str, bool]) -> None:
        """Write down which of these users are connected to the replica."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for user_id, here in users.items():
                await self._set(keys=[], args=[replica, user_id, int(here)], client=pipe)
            await pipe.execute()

    @cache_errors
    async def of_replica(self, replica: str) -> set[str]:
        """The users who are written down as connected to it."""
        return {user.decode() for user in await self._redis.smembers(f"online:{replica}")}
