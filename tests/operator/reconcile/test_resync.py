"""What lists of everything are for: knowing when the informer has told of all there is, and
when a watch tells nothing any more."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from backpack_operator.errors import OperatorError
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import BACKPACK, SERVICE, Kind
from backpack_operator.reconcile import resync as module
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.resync import Memory, Resync
from support.waiting import until


async def nothing(*_: Any) -> None:
    """A part of the memory that is not looked at here."""


class Cluster:
    """What lists have, a clock, and the operator's memory of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.listed: dict[tuple[Kind, str], int] = {}
        self.lists = 0
        """Of Backpacks."""
        self.now = 1000.0
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        other: Any = SimpleNamespace(load=nothing, sweep=nothing)
        self.backpacks = Backpacks()
        self.children = Children()
        memory = Memory(self.backpacks, self.children, other, other)
        self.added: list[Key] = []
        self.resync = Resync(self, memory, (), lambda key, _: self.added.append(key))  # type: ignore[arg-type]

    async def metadata(self, kind: Kind, _: str | None, __: str | None) -> AsyncIterator[Mapping[str, Any]]:
        self.lists += kind == BACKPACK
        for (listed, name), version in tuple(self.listed.items()):
            if listed == kind:
                yield metadata(name, version)

    def tell(self, name: str, version: int) -> None:
        self.backpacks.seen({"metadata": metadata(name, version)})

    async def sweep(self, later: float = 0) -> str | None:
        self.now += later
        await self.resync.sweep()
        return self.resync.stalled


def metadata(name: str, version: int) -> dict[str, Any]:
    return {"namespace": "apps", "name": name, "uid": name, "resourceVersion": str(version)}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    return Cluster(monkeypatch)


async def test_what_the_informer_has_told_of_is_well(cluster: Cluster) -> None:
    cluster.listed[BACKPACK, "todo"] = 5
    cluster.tell("todo", 5)
    assert await cluster.sweep() is None
    assert await cluster.sweep(later=3600) is None


async def test_a_new_backpack_that_it_never_tells_of_is_noticed_after_a_minute(cluster: Cluster) -> None:
    cluster.listed[BACKPACK, "todo"] = 5
    assert await cluster.sweep() is None
    assert await cluster.sweep(later=59) is None
    assert await cluster.sweep(later=1) == "the watch of backpacks has not told of apps/todo"


async def test_so_is_a_change(cluster: Cluster) -> None:
    cluster.tell("todo", 5)
    cluster.listed[BACKPACK, "todo"] = 6
    assert await cluster.sweep() is None
    assert await cluster.sweep(later=60) is not None
    cluster.tell("todo", 6)
    assert cluster.resync.stalled is None
    assert await cluster.sweep(later=1) is None


async def test_so_is_a_child(cluster: Cluster) -> None:
    cluster.listed[SERVICE, "todo-api"] = 7
    await cluster.sweep()
    assert await cluster.sweep(later=60) == "the watch of services has not told of apps/todo-api"


async def test_and_a_change_of_a_child_that_the_operator_has_written(cluster: Cluster) -> None:
    body = {"apiVersion": "v1", "kind": "Service", "metadata": metadata("todo-api", 7), "spec": {}}
    cluster.children.written(body, "digest")
    cluster.listed[SERVICE, "todo-api"] = 7
    assert await cluster.sweep() is None
    cluster.listed[SERVICE, "todo-api"] = 8
    assert await cluster.sweep(later=60) is None
    assert await cluster.sweep(later=60) == "the watch of services has not told of apps/todo-api"
    body["metadata"] = metadata("todo-api", 8)
    cluster.children.seen(body)
    assert cluster.resync.stalled is None


async def test_one_that_changes_all_the_time_is_not_taken_for_it(cluster: Cluster) -> None:
    """There is something newer in every list, but each is told of soon."""
    for version in range(6, 20):
        cluster.tell("todo", version - 1)
        cluster.listed[BACKPACK, "todo"] = version
        assert await cluster.sweep(later=60) is None


async def test_what_is_gone_again_is_not_waited_for(cluster: Cluster) -> None:
    cluster.listed[BACKPACK, "todo"] = 5
    await cluster.sweep()
    cluster.listed.clear()
    assert await cluster.sweep(later=60) is None


def while_waiting(monkeypatch: pytest.MonkeyPatch, happen: Callable[[int], None]) -> None:
    """Time is not waited for: `happen(number)` instead, of each time."""
    numbers = count(1)

    async def sleep(_: float) -> None:
        happen(next(numbers))

    monkeypatch.setattr(module, "asyncio", SimpleNamespace(sleep=sleep))


async def test_the_start_waits_with_one_list_while_the_informer_goes_on(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"todo-{number}" for number in range(20)]
    cluster.listed.update({(BACKPACK, name): 5 for name in names})

    def tell_one(number: int) -> None:
        if number % 30 == 0:  # 3 seconds
            cluster.tell(names.pop(0), 5)

    while_waiting(monkeypatch, tell_one)
    await cluster.resync.first()
    assert not names
    assert cluster.lists == 1


async def test_the_start_does_not_wait_for_what_has_gone(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.listed.update({(BACKPACK, "gone"): 5, (BACKPACK, "todo"): 6, (SERVICE, "gone-api"): 7})
    cluster.tell("todo", 6)

    def go(number: int) -> None:
        if number == 200:
            del cluster.listed[BACKPACK, "gone"]
            del cluster.listed[SERVICE, "gone-api"]

    while_waiting(monkeypatch, go)
    await cluster.resync.first()
    assert cluster.lists > 1


async def test_a_resync_that_fails_is_tried_again_and_as_full(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AGAIN", 0.0)
    cluster.tell("todo", 5)
    failures = count()

    async def sweep() -> None:
        if next(failures) < 1:
            raise OperatorError("away")

    monkeypatch.setattr(cluster.resync, "sweep", sweep)
    running = asyncio.create_task(cluster.resync.run(0.01))
    try:
        async with asyncio.timeout(10):
            await until(lambda: cluster.added)
    finally:
        running.cancel()
    assert next(failures) >= 2
