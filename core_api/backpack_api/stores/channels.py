"""Channels and their members in Redis. What changes a membership tells of it in the
stream in the same step.

    channels               sorted set of names, all with score 0: for lists in order
    channel:<name>         hash: `maker`, a user's id, and `private`, 0 or 1
    channel-members:<name> hash: user -> 1 for a member, 0 for who has left but may come back
    user-channels:<user>   set of names: those the user is a member of
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backpack_api.domain.channels import MAX_CHANNELS, MAX_MEMBERS, MAX_OF_USER
from backpack_api.stores.redis import Cache, cache_errors
from backpack_api.stores.replicas import PRESENCE_FUNCTIONS

NAMES = "channels"


class Outcome(StrEnum):
    """What became of a change."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """It was so already."""
    EXISTS = "exists"
    MISSING = "missing"
    """There is no such channel."""
    REFUSED = "refused"
    """Only the maker may, or who was added by him."""
    FULL = "full"
    """There are as many channels, or members, as there may be."""
    USER_FULL = "user-full"
    """The user is a member of as many channels as he may be."""


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    maker: str
    private: bool


_COMMON = (
    PRESENCE_FUNCTIONS
    + f"""
local function add(name, user, by)
  if redis.call('scard', 'user-channels:' .. user) >= {MAX_OF_USER} then return 'user-full' end
  if redis.call('hlen', 'channel-members:' .. name) >= {MAX_MEMBERS} then return 'full' end
  redis.call('hset', 'channel-members:' .. name, user, 1)
  redis.call('sadd', 'user-channels:' .. user, name)
  tell('presence', cjson.encode({{user = user, type = 'join', channels = {{name}}, by = by}}))
  return 'done'
end
local function remove(name, user)
  if redis.call('hget', 'channel-members:' .. name, user) ~= '1' then return 'unchanged' end
  if redis.call('hget', 'channel:' .. name, 'private') == '1' then
    redis.call('hset', 'channel-members:' .. name, user, 0)
  else
    redis.call('hdel', 'channel-members:' .. name, user)
  end
  redis.call('srem', 'user-channels:' .. user, name)
  tell('presence', cjson.encode({{user = user, type = 'leave', channels = {{name}}}}))
  return 'done'
end
"""
)

_CREATE = (
    _COMMON
    + f"""
local name, maker, private = ARGV[1], ARGV[2], ARGV[3]
if redis.call('exists', 'channel:' .. name) == 1 then return 'exists' end
if redis.call('zcard', '{NAMES}') >= {MAX_CHANNELS} then return 'full' end
if redis.call('scard', 'user-channels:' .. maker) >= {MAX_OF_USER} then return 'user-full' end
redis.call('hset', 'channel:' .. name, 'maker', maker, 'private', private)
redis.call('zadd', '{NAMES}', 0, name)
add(name, maker, maker)
for i = 4, #ARGV do
  if ARGV[i] ~= maker then add(name, ARGV[i], maker) end
end
return 'done'
"""
)

_JOIN = (
    _COMMON
    + """
local name, user, by = ARGV[1], ARGV[2], ARGV[3]
local channel = redis.call('hmget', 'channel:' .. name, 'maker', 'private')
if not channel[1] then return 'missing' end
if user ~= by and channel[1] ~= by then return 'refused' end
local state = redis.call('hget', 'channel-members:' .. name, user)
if state == '1' then return 'unchanged' end
if channel[2] == '1' and channel[1] ~= by and not state then return 'refused' end
return add(name, user, by)
"""
)

_LEAVE = (
    _COMMON
    + """
if redis.call('exists', 'channel:' .. ARGV[1]) == 0 then return 'missing' end
return remove(ARGV[1], ARGV[2])
"""
)

_DELETE = (
    _COMMON
    + f"""
local name, by = ARGV[1], ARGV[2]
local maker = redis.call('hget', 'channel:' .. name, 'maker')
if not maker then return 'missing' end
if by ~= '' and by ~= maker then return 'refused' end
for _, user in ipairs(redis.call('hkeys', 'channel-members:' .. name)) do
  redis.call('srem', 'user-channels:' .. user, name)
end
redis.call('del', 'channel:' .. name, 'channel-members:' .. name)
redis.call('zrem', '{NAMES}', name)
tell('channel-deleted', cjson.encode({{channel = name}}))
return 'done'
"""
)

_FORGET = (
    _COMMON
    + """
for _, name in ipairs(redis.call('smembers', 'user-channels:' .. ARGV[1])) do
  remove(name, ARGV[1])
  redis.call('hdel', 'channel-members:' .. name, ARGV[1])
end
"""
)

_MEMBERS = (
    PRESENCE_FUNCTIONS
    + """
local found = redis.call('hgetall', 'channel-members:' .. ARGV[1])
local answer = {}
for i = 1, #found, 2 do
  if found[i + 1] == '1' then
    answer[#answer + 1] = {found[i], connected(found[i], '') and 1 or 0}
  end
end
return answer
"""
)


class ChannelStore:
    """Channels by name, and by member."""

    def __init__(self, cache: Cache) -> None:
        self._redis: Any = cache.client
        register = self._redis.register_script
        self._create, self._join, self._leave = register(_CREATE), register(_JOIN), register(_LEAVE)
        self._delete, self._forget, self._members = register(_DELETE), register(_FORGET), register(_MEMBERS)

    @cache_errors
    async def create(self, name: str, maker: str, *, private: bool, members: Sequence[str]) -> Outcome:
        """Make a channel with its first members. `EXISTS`, `FULL` or `USER_FULL`: it wasn't."""
        return await self._outcome(self._create, name, maker, int(private), *members)

    @cache_errors
    async def join(self, name: str, user_id: str, *, by: str) -> Outcome:
        """Make the user a member."""
        return await self._outcome(self._join, name, user_id, by)

    @cache_errors
    async def leave(self, name: str, user_id: str) -> Outcome:
        return await self._outcome(self._leave, name, user_id)

    @cache_errors
    async def delete(self, name: str, *, by: str | None) -> Outcome:
        """Remove a channel. `by`: the user who asks; None: it is an administrator."""
        return await self._outcome(self._delete, name, by or "")

    @cache_errors
    async def forget(self, user_id: str) -> None:
        """Take the user out of all channels."""
        await self._forget(keys=[], args=[user_id])

    @cache_errors
    async def get(self, name: str) -> Channel | None:
        maker, private = await self._redis.hmget(f"channel:{name}", "maker", "private")
        return None if maker is None else Channel(name, maker.decode(), private == b"1")

    @cache_errors
    async def is_member(self, name: str, user_id: str) -> bool:
        return bool(await self._redis.hget(f"channel-members:{name}", user_id) == b"1")

    @cache_errors
    async def of_user(self, user_id: str) -> list[str]:
        """The names of the channels that the user is a member of."""
        return sorted(name.decode() for name in await self._redis.smembers(f"user-channels:{user_id}"))

    @cache_errors
    async def members(self, name: str) -> list[tuple[str, bool]]:
        """The members, and whether each is connected."""
        found = await self._members(keys=[], args=[name])
        return sorted((user.decode(), bool(online)) for user, online in found)

    @cache_errors
    async def page(
        self, user_id: str | None, *, prefix: str, after: str, limit: int
    ) -> tuple[list[Channel], str | None]:
        """Channels whose name begins so, in order: those that are not private, and those that
        the user is in; without a user all of them. `after` is a name; the next page's is
        answered, None at the end."""
        low = f"({after}" if after else f"[{prefix}"
        high = f"[{prefix}\xff" if prefix else "+"
        names = [name.decode() for name in await self._redis.zrangebylex(NAMES, low, high, 0, limit)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hmget(f"channel:{name}", "maker", "private")
                pipe.hget(f"channel-members:{name}", user_id or "")
            answers = await pipe.execute()
        found = [
            Channel(name, maker.decode(), private == b"1")
            for name, (maker, private), state in zip(names, answers[::2], answers[1::2], strict=True)
            if maker is not None and (private != b"1" or state is not None or user_id is None)
        ]
        return found, names[-1] if len(names) == limit else None

    async def _outcome(self, script: Any, *args: str | int) -> Outcome:
        answer: bytes = await script(keys=[], args=list(args))
        return Outcome(answer.decode())
