"""Chores that one replica at a time does."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator

import pytest

from backpack_api.problems import StoreUnavailable
from backpack_api.services.janitor import Janitor
from backpack_api.stores.locks import Locks
from backpack_api.stores.redis import Cache
from support.redis import PASSWORD, Redis

pytestmark = pytest.mark.timeout(60)

EVERY = 0.4


@pytest.fixture
async def locks(redis: Redis) -> AsyncIterator[Locks]:
    cache = Cache(redis.host, PASSWORD, 4)
    yield Locks(cache)
    await cache.close()


async def test_however_many_replicas_there_are_a_chore_is_done_once_a_turn(locks: Locks) -> None:
    loop = asyncio.get_running_loop()
    done: list[float] = []
    enough = asyncio.Event()

    async def chore() -> None:
        done.append(loop.time())
        if len(done) >= 5:
            enough.set()

    name = secrets.token_hex(8)
    janitors = [Janitor(locks, {name: chore}, EVERY) for _ in range(4)]
    for janitor in janitors:
        janitor.start()
    async with asyncio.timeout(30):
        await enough.wait()
    for janitor in janitors:
        await janitor.close()
    gaps = [later - earlier for earlier, later in itertools.pairwise(done)]
    # Redis counts a turn from when it is taken; the chore begins a moment later.
    assert min(gaps) > EVERY / 2 - 0.1
    assert max(gaps) < 20 * EVERY


@pytest.mark.parametrize("error", [StoreUnavailable("database"), ZeroDivisionError("a defect")])
async def test_a_chore_that_fails_is_done_again_and_holds_no_other_back(
    locks: Locks, error: Exception
) -> None:
    tries = others = 0
    enough = asyncio.Event()

    async def fails() -> None:
        nonlocal tries
        tries += 1
        raise error

    async def works() -> None:
        nonlocal others
        others += 1
        if tries > 1 and others > 1:
            enough.set()

    janitor = Janitor(locks, {secrets.token_hex(8): fails, secrets.token_hex(8): works}, 0.1)
    janitor.start()
    async with asyncio.timeout(30):
        await enough.wait()
    await janitor.close()
