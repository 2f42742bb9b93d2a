"""Connections to Redis on the event loop of production, uvloop, which has words of its own."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from backpack_common.redis_pool import redis_pool
from support import redis as redis_support
from support.redis import Redis


async def test_a_connection_that_is_closed_already_is_one_that_is_lost(redis: Redis) -> None:
    host, port = redis.host.split(":")
    pool = redis_pool(
        address=host, port=int(port), password=redis_support.PASSWORD, database=0, size=1, client_name="test"
    )
    connection = await pool.get_connection()
    connection._writer.transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(RedisConnectionError, match="closed"):
        await connection.send_packed_command([connection.pack_command("PING")[0]], check_health=False)
    await pool.disconnect()
