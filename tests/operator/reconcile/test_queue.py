"""The queue: each key once, never by two workers, and never forgotten."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backpack_operator.reconcile.backoff import Backoff
from backpack_operator.reconcile.queue import WorkQueue, work


async def test_a_key_is_in_the_queue_once() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for key in ("a", "b", "a", "a"):
        queue.add(key)
    assert queue.depth == 2
    assert [await queue.get(), await queue.get()] == ["a", "b"]


async def test_what_is_added_during_its_work_comes_once_more_after_it() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    key = await queue.get()
    queue.add("a")
    queue.add("a")
    second = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not second.done()
    assert key is not None
    queue.done(key)
    assert await second == "a"
    queue.done("a")
    assert queue.depth == 0


async def test_a_later_time_never_replaces_a_sooner_one() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add_after("a", 0.01)
    queue.add_after("a", 60)
    assert await asyncio.wait_for(queue.get(), 5) == "a"


@pytest.mark.parametrize("seconds", [0, 0.0001])
async def test_no_time_at_all_can_be_asked_for_again_and_again(seconds: float) -> None:
    queue: WorkQueue[str] = WorkQueue()
    for _ in range(3):
        queue.add_after("a", seconds)
    queue.add_after("a", 60)
    assert await asyncio.wait_for(queue.get(), 5) == "a"
    queue.done("a")
    assert queue.depth == 0


async def test_now_is_sooner_than_any_time() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add_after("a", 60)
    queue.add("a")
    assert await queue.get() == "a"
    queue.done("a")
    assert queue.depth == 0


async def test_what_is_urgent_comes_first_also_where_it_waits_already() -> None:
    queue: WorkQueue[str] = WorkQueue()
    for key in ("a", "b", "c"):
        queue.add(key)
    queue.add("c", urgent=True)
    assert queue.depth == 3
    assert [await queue.get() for _ in range(3)] == ["c", "a", "b"]
    for key in ("a", "b", "c"):
        queue.done(key)
    assert (queue.depth, queue.active) == (0, 0)


async def test_what_becomes_urgent_during_its_work_comes_first_after_it() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a")
    assert await queue.get() == "a"
    queue.add("b")
    queue.add("a", urgent=True)
    queue.done("a")
    assert [await queue.get(), await queue.get()] == ["a", "b"]


async def test_what_is_urgent_again_and_again_holds_nobody_up() -> None:
    queue: WorkQueue[str] = WorkQueue()
    queue.add("a", urgent=True)
    for key in ("b", "c"):
        queue.add(key)
    taken = []
    for _ in range(5):
        key = await queue.get()
        assert key is not None
        taken.append(key)
        queue.done(key)
        queue.add("a", urgent=True)
    assert taken == ["a", "b", "a", "c", "a"]


async def test_a_closed_queue_lets_every_worker_go() -> None:
    queue: WorkQueue[str] = WorkQueue()
    waiting = [asyncio.create_task(queue.get()) for _ in range(3)]
    await asyncio.sleep(0)
    queue.close()
    assert await asyncio.gather(*waiting) == [None, None, None]
    queue.add("a")
    assert await queue.get() is None


async def test_a_worker_that_is_cancelled_passes_its_turn_on() -> None:
    queue: WorkQueue[str] = WorkQueue()
    first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add("a")
    first.cancel()
    assert await asyncio.wait_for(second, 5) == "a"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=60), st.integers(1, 4))
def test_many_workers_never_share_a_key_and_miss_no_news(added: list[tuple[int, bool]], workers: int) -> None:
    async def run() -> None:
        queue: WorkQueue[int] = WorkQueue()
        news: Counter[int] = Counter()
        seen: Counter[int] = Counter()
        active: set[int] = set()

        async def handle(key: int) -> None:
            assert key not in active
            active.add(key)
            known = news[key]
            await asyncio.sleep(0)
            seen[key] = known
            active.discard(key)

        tasks = [asyncio.create_task(work(queue, handle)) for _ in range(workers)]
        for key, urgent in added:
            news[key] += 1
            queue.add(key, urgent=urgent)
            await asyncio.sleep(0)
        while queue.depth or queue.active:  # noqa: ASYNC110  it has no such event, on purpose
            await asyncio.sleep(0)
        queue.close()
        await asyncio.gather(*tasks)
        assert seen == news

    asyncio.run(run())


@pytest.mark.parametrize(("random", "factor"), [(0.0, 0.5), (1.0, 1.0)])
def test_waits_double_up_to_the_most_and_begin_anew_after_success(random: float, factor: float) -> None:
    backoff: Backoff[str] = Backoff(first=1, most=8, random=lambda: random)
    assert [backoff.failed("a") for _ in range(5)] == [n * factor for n in (1, 2, 4, 8, 8)]
    assert backoff.failed("b") == factor
    backoff.succeeded("a")
    assert backoff.failed("a") == factor
