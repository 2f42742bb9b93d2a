"""Which replicas there are, in Redis: each says again and again that it lives, and takes
its name out of the list when it ends in an orderly way. What is left in the list ended
otherwise, possibly between a write and its event: whoever finds it says so in the stream.

    replicas          sorted set: replica -> when (ms) it was last heard of, on Redis' clock
    online:<replica>  set: the users who are connected to it
    events:run        the run id of Redis that the stream was last appended to under

A replica is named `<place>/<random>`. No two that run have the same place: one that is
started where another one was knows at once that the other one is no more.
"""

from dataclasses import dataclass
from typing import Any

from backpack_api.stores.redis import Cache, cache_errors
from backpack_api.stores.stream import APPENDED, KEY

REPLICAS = "replicas"
RUN = "events:run"

# Functions for every script that tells of users who come and go.
PRESENCE_FUNCTIONS = f"""
local function tell(kind, payload)
  redis.call('xadd', '{KEY}', '*', 'e', '[["' .. kind .. '",' .. payload .. ']]')
end
local function connected(user, but)
  for _, replica in ipairs(redis.call('zrange', '{REPLICAS}', 0, -1)) do
    if replica ~= but and redis.call('sismember', 'online:' .. replica, user) == 1 then return true end
  end
  return false
end
local function tell_presence(user, kind)
  local channels = redis.call('smembers', 'user-channels:' .. user)
  if #channels > 0 then
    tell('presence', cjson.encode({{user = user, type = kind, channels = channels}}))
  end
end
local function forget(replica)
  redis.call('zrem', '{REPLICAS}', replica)
  redis.call('hdel', '{APPENDED}', replica)
  local users = redis.call('smembers', 'online:' .. replica)
  redis.call('del', 'online:' .. replica)
  for _, user in ipairs(users) do
    if not connected(user, replica) then tell_presence(user, 'offline') end
  end
end
"""

_BEAT = (
    PRESENCE_FUNCTIONS
    + f"""
local replica, place, stale = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = redis.call('time'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local why = false
local run = string.match(redis.call('info', 'server'), 'run_id:(%w+)')
if redis.call('get', '{RUN}') ~= run then
  redis.call('set', '{RUN}', run)
  why = 'the stream began, or Redis was restarted'
end
local known = redis.call('zscore', '{REPLICAS}', replica)
-- Nobody could say anything while the cache itself was away.
local away = why or (known and tonumber(known) < now - stale)
redis.call('zadd', '{REPLICAS}', now, replica)
local all = redis.call('zrange', '{REPLICAS}', 0, -1, 'withscores')
for i = 1, #all, 2 do
  local other = all[i]
  local replaced = not known and string.sub(other, 1, #place + 1) == place .. '/'
  local silent = tonumber(all[i + 1]) < now - stale
  if other ~= replica and (replaced or (silent and not away)) then
    forget(other)
    why = 'a replica ended without saying so'
  elseif silent then
    redis.call('zadd', '{REPLICAS}', now, other)
  end
end
if why then tell('reset', cjson.encode({{why = why}})) end
return {{run, known and 1 or 0}}
"""
)

_LEAVE = PRESENCE_FUNCTIONS + "forget(ARGV[1])"


@dataclass(frozen=True, slots=True)
class Beat:
    """What a replica learns when it says that it lives."""

    run: str
    """Which run of Redis answers."""
    known: bool
    """Whether it was in the list before."""


class ReplicaStore:
    """The list of replicas."""

    def __init__(self, cache: Cache) -> None:
        redis: Any = cache.client
        self._beat = redis.register_script(_BEAT)
        self._leave = redis.register_script(_LEAVE)

    @cache_errors
    async def beat(self, replica: str, *, stale_ms: int) -> Beat:
        """Say that this replica lives, and clear away those that haven't for so long."""
        place = replica.rpartition("/")[0]
        run, known = await self._beat(keys=[], args=[replica, place, stale_ms])
        return Beat(run.decode(), bool(known))

    @cache_errors
    async def leave(self, replica: str) -> None:
        """Take the replica out of the list: all that it had to tell is in the stream."""
        await self._leave(keys=[], args=[replica])
