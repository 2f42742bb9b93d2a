"""Counts of failures in Redis, so that all replicas slow a guesser together, and a restart
forgives nobody.

throttle:<subject>  hash: failures, and until when (ms) the next try must wait
"""

from typing import Any

FORGET_SECONDS = 3600
"""Without a further failure a subject is forgotten after this."""

# Redis' own clock, so that replicas need not agree on the time.
_FAIL = """
local now = redis.call('time'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local failures = redis.call('hincrby', KEYS[1], 'failures', 1)
local over = failures - tonumber(ARGV[1])
if over >= 0 then
  local delay = math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 30), tonumber(ARGV[3]))
  redis.call('hset', KEYS[1], 'until', now + delay)
end
redis.call('expire', KEYS[1], ARGV[4])
return failures
"""
_WAIT = """
local until_ = redis.call('hget', KEYS[1], 'until')
if not until_ then return 0 end
local now = redis.call('time'); now = now[1] * 1000 + math.floor(now[2] / 1000)
return math.max(0, math.ceil(tonumber(until_) - now))
"""


class FailureCounts:
    """Failures by subject. Errors are Redis' own: a program's store makes its own of them."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    async def wait_ms(self, subject: str) -> int:
        """How long (ms) this subject's next try must wait; 0: not at all."""
        return int(await self._redis.eval(_WAIT, 1, _key(subject)))

    async def fail(self, subject: str, *, free: int, first_ms: int, longest_ms: int) -> None:
        """Count a failure. From the one numbered `free` on, each doubles the wait."""
        await self._redis.eval(_FAIL, 1, _key(subject), free, first_ms, longest_ms, FORGET_SECONDS)

    async def forget(self, subject: str) -> None:
        await self._redis.delete(_key(subject))


def _key(subject: str) -> str:
    return f"throttle:{subject}"
