"""Bad days that take more than one client and one connection."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from backpack_sdk import Client, DocumentEvent, Progress, RealtimeOptions, create_client
from support.core_api import CoreApi, new_person
from support.lossy_network import LossyNetwork
from support.sdk_writer import count, write
from support.uploads import on_disk
from support.waiting import eventually

pytestmark = pytest.mark.timeout(180)

CLIENTS = 50
DOCUMENTS = 100
MIB = 1024 * 1024


class Listening:
    """One client of a crowd, and what it has heard."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: list[int] = []
        self.connections = 0
        self.all = asyncio.Event()
        client.realtime.on_status(lambda status: self._count(status.state))

    def event(self, event: DocumentEvent[dict[str, int]]) -> None:
        assert event.type == "create"
        self.heard.append(event.doc["n"])
        if event.doc["n"] == DOCUMENTS - 1:
            self.all.set()

    def _count(self, state: str) -> None:
        self.connections += state == "open"


@pytest.mark.long  # with `make test` it is JavaScript's crowd that loses nothing
async def test_a_killed_replica_loses_and_repeats_nothing(start_api: Callable[..., CoreApi]) -> None:
    first = await asyncio.to_thread(start_api)
    second = await asyncio.to_thread(start_api, database=first.database)
    ada = await asyncio.to_thread(new_person, second)
    collection = ada.make_collection().removeprefix("/db/")
    balancer = LossyNetwork(first.public.removeprefix("http://"))
    options = RealtimeOptions(backoff=(0.05, 0.5))
    async with contextlib.AsyncExitStack() as clients:
        crowd = [
            Listening(
                await clients.enter_async_context(
                    create_client(f"http://{balancer.host}", token=ada.token, realtime=options)
                )
            )
            for _ in range(CLIENTS)
        ]
        subscribing = (one.client.db.collection(collection).subscribe(one.event) for one in crowd)
        await asyncio.gather(*subscribing)
        writer = asyncio.create_task(asyncio.to_thread(write, ada, collection, DOCUMENTS))
        half_way = lambda: count(ada, collection) > DOCUMENTS / 5  # noqa: E731
        await asyncio.to_thread(lambda: eventually(half_way, within=60, every=0.02))
        balancer.target = second.public.removeprefix("http://")
        await asyncio.to_thread(first.kill)
        await writer
        await asyncio.gather(*(one.all.wait() for one in crowd))
        await asyncio.gather(*(one.client.realtime.ping() for one in crowd))
    balancer.close()
    for one in crowd:
        assert one.heard == list(range(DOCUMENTS))
        assert one.connections == 2


async def test_a_gibibyte_that_is_cancelled_leaves_nothing_and_takes_no_memory(
    start_api: Callable[..., CoreApi], tmp_path: Path
) -> None:
    limits = {"max_file_size": 2048 * MIB, "quota_per_user": 2048 * MIB}
    api = await asyncio.to_thread(lambda: start_api(configuration=limits))
    ada = await asyncio.to_thread(new_person, api)
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(1024 * MIB)
    process = psutil.Process()
    before = largest = process.memory_info().rss

    def told(progress: Progress) -> None:
        nonlocal largest
        largest = max(largest, process.memory_info().rss)
        if progress.loaded >= 100 * MIB:
            upload.cancel()

    async with create_client(api.public, token=ada.token) as client:
        upload = asyncio.create_task(client.storage.upload(big, on_progress=told))
        with pytest.raises(asyncio.CancelledError):
            await upload
        assert (await client.storage.list()).items == []
    assert largest - before < 60 * MIB
    await asyncio.to_thread(lambda: eventually(lambda: on_disk(api) == [], within=20, every=0.05))
