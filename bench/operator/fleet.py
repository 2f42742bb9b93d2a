"""What is done to many objects at once, and how: a fixed number of requests under way."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from backpack_operator.kube.client import KubeClient
from backpack_operator.kube.connection import CONNECTIONS
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import BACKPACK

Item = TypeVar("Item")
Object = dict[str, Any]


async def for_each(
    items: Iterable[Item], do: Callable[[Item], Awaitable[object]], at_once: int = CONNECTIONS
) -> None:
    """`do` with every item, in this order, as many at once as the operator's client has
    connections. The first failure ends it."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


def backpack(key: Key, **spec: Any) -> Object:
    """As a user writes it."""
    return {
        "apiVersion": BACKPACK.api_version,
        "kind": BACKPACK.kind,
        "metadata": {"name": key.name, "namespace": key.namespace},
        "spec": spec,
    }


async def create(client: KubeClient, fleet: Iterable[Key]) -> None:
    """Backpacks that ask for nothing."""

    async def one(key: Key) -> None:
        await client.create(backpack(key))

    await for_each(fleet, one)
