"""When a Backpack is looked at again that waits for its pods."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from backpack_operator.metrics import Metrics
from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.loop import Loop
from backpack_operator.reconcile.queue import WorkQueue
from backpack_operator.reconcile.reconciler import Outcome
from backpack_operator.settings import Settings

TODO = Key("apps", "todo")
LOOK_AGAIN = 100.0


class Queue(WorkQueue[Key]):
    """It tells when a key is to come again."""

    def __init__(self) -> None:
        super().__init__()
        self.again: list[float] = []
        self.worked = asyncio.Event()

    def add_after(self, key: Key, seconds: float) -> None:
        self.again.append(seconds)
        super().add_after(key, seconds)

    def done(self, key: Key) -> None:
        super().done(key)
        self.worked.set()


class Backpacks:
    """Each is as `outcome` says."""

    def __init__(self) -> None:
        self.outcome = Outcome.WAITING

    async def reconcile(self, _: Key) -> Outcome:
        return self.outcome


@pytest_asyncio.fixture
async def running(settings: Settings) -> AsyncIterator[tuple[Queue, Backpacks]]:
    queue, backpacks = Queue(), Backpacks()
    patient = settings.model_copy(update={"look_again_seconds": LOOK_AGAIN})
    loop = Loop(queue, backpacks.reconcile, Metrics(), patient)
    loop.open()
    yield queue, backpacks
    await loop.close()


async def reconciled(queue: Queue) -> None:
    queue.worked.clear()
    queue.add(TODO)
    await queue.worked.wait()


async def test_events_put_no_look_off(running: tuple[Queue, Backpacks]) -> None:
    queue, _ = running
    for _ in range(8):
        await reconciled(queue)
    assert len(queue.again) == 8
    assert queue.again[0] <= LOOK_AGAIN / 2
    assert queue.again == sorted(queue.again, reverse=True)


async def test_one_that_was_ready_in_between_is_looked_at_as_soon_as_a_new_one(
    running: tuple[Queue, Backpacks],
) -> None:
    queue, backpacks = running
    await reconciled(queue)
    backpacks.outcome = Outcome.DONE
    await reconciled(queue)
    assert len(queue.again) == 1
    backpacks.outcome = Outcome.WAITING
    await reconciled(queue)
    assert LOOK_AGAIN / 4 <= queue.again[1] <= LOOK_AGAIN / 2
