"""Creates at once share a write, and each has its own answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from backpack_api.domain.actors import Actor
from backpack_api.domain.indexes import parse_index
from backpack_api.problems import Conflict
from backpack_api.runtime import Runtime
from backpack_api.stores.group_commit import MAX_BATCH, GroupCommit
from support.core_api import CoreApi, Person

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def runtime(api: CoreApi) -> AsyncIterator[Runtime]:
    async with api.runtime() as runtime:
        yield runtime


class Recorder:
    """A collection that stores what it is told to, when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun: asyncio.Queue[int] = asyncio.Queue()
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def insert_one(self, document: dict[str, str]) -> None:
        await self.insert_many([document])

    async def insert_many(self, documents: list[dict[str, str]], **_: bool) -> None:
        self.batches.append([document["_id"] for document in documents])
        self.begun.put_nowait(len(documents))
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure


async def test_the_first_leaves_at_once_and_the_others_together() -> None:
    recorder = Recorder()
    group = GroupCommit(lambda _: recorder)  # type: ignore[arg-type, return-value]
    inserts = [asyncio.create_task(group.insert("tasks", {"_id": str(n)})) for n in range(5)]
    other = asyncio.create_task(group.insert("notes", {"_id": "n"}))
    for _ in range(2):
        await recorder.begun.get()
    assert recorder.batches == [["0"], ["n"]]
    assert not any(insert.done() for insert in inserts)
    recorder.gate.set()
    assert await asyncio.gather(*inserts, other) == [True] * 6
    assert recorder.batches == [["0"], ["n"], ["1", "2", "3", "4"]]


async def test_a_batch_is_bounded() -> None:
    recorder = Recorder()
    group = GroupCommit(lambda _: recorder)  # type: ignore[arg-type, return-value]
    inserts = [asyncio.create_task(group.insert("tasks", {"_id": str(n)})) for n in range(MAX_BATCH + 5)]
    await recorder.begun.get()
    recorder.gate.set()
    await asyncio.gather(*inserts)
    assert [len(batch) for batch in recorder.batches] == [1, MAX_BATCH, 4]


async def test_a_batch_that_fails_fails_for_each_of_it_and_the_next_one_goes() -> None:
    recorder = Recorder()
    group = GroupCommit(lambda _: recorder)  # type: ignore[arg-type, return-value]
    recorder.failure = ConnectionError("gone")
    recorder.gate.set()
    outcomes = await asyncio.gather(
        *(group.insert("tasks", {"_id": str(n)}) for n in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [ConnectionError] * 3
    recorder.failure = None
    assert await group.insert("tasks", {"_id": "again"})


async def test_who_has_gone_takes_nobody_with_him() -> None:
    recorder = Recorder()
    group = GroupCommit(lambda _: recorder)  # type: ignore[arg-type, return-value]
    inserts = [asyncio.create_task(group.insert("tasks", {"_id": str(n)})) for n in range(3)]
    await recorder.begun.get()
    inserts[0].cancel()
    inserts[1].cancel()
    recorder.gate.set()
    assert await inserts[2]
    assert recorder.batches == [["0"], ["1", "2"]]


async def test_of_creates_at_once_each_has_its_own_outcome(ada: Person, runtime: Runtime) -> None:
    name, actor = ada.make_collection()[4:], Actor(ada.id)
    await runtime.collections.set_indexes(name, [parse_index(["n"], unique=True)])
    outcomes = await asyncio.gather(
        *(runtime.documents.create(name, actor, {"n": n % 50}) for n in range(200)), return_exceptions=True
    )
    kept = [one for one in outcomes if not isinstance(one, BaseException)]
    assert sorted(one.data["n"] for one in kept) == list(range(50))
    assert sum(isinstance(one, Conflict) for one in outcomes) == 150
    listed = ada.client.get(f"/db/{name}", params={"limit": 1000}).json()["items"]
    assert listed == [one.to_json_object() for one in sorted(kept, key=lambda one: one.id)]
