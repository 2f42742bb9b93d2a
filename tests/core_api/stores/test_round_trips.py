"""Commands that share round trips keep their own answers and errors."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from backpack_api.stores.redis import Cache
from backpack_api.stores.round_trips import RoundTrips
from support import redis as redis_support
from support.redis import Redis


@pytest_asyncio.fixture
async def cache(redis: Redis) -> AsyncIterator[Cache]:
    one = Cache(redis.host, redis_support.PASSWORD, 3)
    await one.client.flushdb()
    yield one
    await one.close()


async def test_each_caller_gets_the_answer_to_his_command(cache: Cache) -> None:
    trips = RoundTrips(cache.client)
    answers = await asyncio.gather(*(trips.execute("INCR", "count") for _ in range(600)))
    assert answers == list(range(1, 601))


async def test_many_callers_share_few_round_trips(cache: Cache) -> None:
    trips = RoundTrips(cache.client)
    before = (await cache.client.info("stats"))["total_reads_processed"]
    await asyncio.gather(*(trips.execute("INCR", "count") for _ in range(200)))
    assert (await cache.client.info("stats"))["total_reads_processed"] - before < 20


async def test_a_command_that_fails_fails_alone(cache: Cache) -> None:
    trips = RoundTrips(cache.client)
    await trips.execute("SET", "text", "no number")
    first, wrong, last = await asyncio.gather(
        trips.execute("INCR", "count"),
        trips.execute("INCR", "text"),
        trips.execute("INCR", "count"),
        return_exceptions=True,
    )
    assert (first, last) == (1, 2)
    assert isinstance(wrong, ResponseError)


async def test_a_caller_who_leaves_takes_nobody_with_him(cache: Cache) -> None:
    trips = RoundTrips(cache.client)
    leaving, staying = (asyncio.ensure_future(trips.execute("INCR", "count")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying in {1, 2}
    assert await trips.execute("GET", "count") in {b"1", b"2", "1", "2"}


async def test_when_redis_is_away_every_waiting_caller_is_told() -> None:
    away = Cache("127.0.0.1:1", "", 0)
    trips = RoundTrips(away.client)
    told = await asyncio.gather(*(trips.execute("PING") for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in told] == [RedisConnectionError] * 5
    await away.close()
