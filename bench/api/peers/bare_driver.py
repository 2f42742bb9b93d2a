"""The bare driver: one process of PyMongo-async that does the same operations on the
same FerretDB and the same documents, and nothing else: no HTTP, no session, no rules,
no version, no event. What the core API could at best be on this engine.

Run as a program it reads one `Order` as JSON and prints the rate; so it has a process
of its own, as the API has.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from pymongo import AsyncMongoClient, WriteConcern

from bench.api.peers.backpack import Backpack
from bench.api.peers.peer import document
from support import ferretdb as ferretdb_support

NAME = "bare driver"
ROOT = Path(__file__).resolve().parents[3]
PAGE = 20

Operation = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, how long, and by how many tasks at once."""

    host: str
    database: str
    collection: str
    operation: str
    seconds: float
    warm_up: float
    tasks: int = 64


def rate(backpack: Backpack, collection: str, operation: str, *, seconds: float, warm_up: float) -> float:
    """Operations a second, on the collection that the API keeps as `collection`."""
    order = Order(
        host=backpack.ferretdb.host,
        database=backpack.api.database,
        collection=f"c_{collection}",
        operation=operation,
        seconds=seconds,
        warm_up=warm_up,
    )
    done = subprocess.run(
        [sys.executable, "-m", "bench.api.peers.bare_driver"],
        input=json.dumps(asdict(order)),
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=seconds + warm_up + 60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


async def _measure(order: Order) -> float:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        order.host,
        username=ferretdb_support.USERNAME,
        password=ferretdb_support.PASSWORD,
        authSource="admin",
        directConnection=True,
        maxPoolSize=order.tasks,
        retryWrites=False,
    )
    database = client.get_database(order.database, write_concern=WriteConcern(w=1, j=True))
    collection = database.get_collection(order.collection)
    found = await collection.find({}, {"_id": 1}).sort("_id", 1).limit(1000).to_list()
    ids = [one["_id"] for one in found]

    async def create(number: int) -> None:
        now = datetime.now(UTC)
        kept = {"_id": f"bare-{os.getpid()}-{number}", "ownerId": "nobody", "version": 1}
        await collection.insert_one({**kept, "createdAt": now, "updatedAt": now, "data": document(number)})

    async def get(number: int) -> None:
        assert await collection.find_one({"_id": ids[number % len(ids)]})

    async def update(number: int) -> None:
        key = {"_id": ids[number % len(ids)]}
        kept = await collection.find_one(key)
        assert kept is not None
        kept["version"] += 1
        kept["data"]["priority"] = number
        await collection.replace_one(key, kept)

    async def first_page(_: int) -> None:
        assert len(await collection.find({}).sort("_id", 1).limit(PAGE + 1).to_list()) == PAGE + 1

    operations: dict[str, Operation] = {"create": create, "get": get, "update": update, "list": first_page}
    result = await _repeat(operations[order.operation], order)
    await client.close()
    return result


async def _repeat(operation: Operation, order: Order) -> float:
    numbers = itertools.count()
    began = time.perf_counter() + order.warm_up
    ends = began + order.seconds
    done = 0

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await operation(next(numbers))
            if began <= time.perf_counter() < ends:
                done += 1

    await asyncio.gather(*(work() for _ in range(order.tasks)))
    return done / order.seconds


if __name__ == "__main__":
    print(uvloop.run(_measure(Order(**json.loads(sys.stdin.read())))))
