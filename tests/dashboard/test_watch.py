"""Watches of the cluster go on, however the API server breaks off."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from kubernetes.aio.client.configuration import Configuration

from backpack_dashboard.kube import client
from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.kinds import BACKPACK
from backpack_dashboard.kube.watch import Watcher

EVENT = {"type": "ADDED", "object": {"metadata": {"name": "some", "resourceVersion": "2"}}}


class Names:
    """A picture of nothing but names."""

    def __init__(self) -> None:
        self.first = asyncio.Event()

    def replace_all(self, bodies: list[dict[str, Any]], namespace: str | None) -> None:
        assert (bodies, namespace) == ([], "apps")

    def seen(self, body: dict[str, Any]) -> None:
        assert body["metadata"]["name"] == "some"
        self.first.set()

    def gone(self, body: dict[str, Any]) -> None:
        raise AssertionError(body)


@asynccontextmanager
async def server(watches: Sequence[bytes], *, open_after: bool = False) -> AsyncIterator[KubeClient]:
    """A list of nothing; watches answer each with its bytes, and then close, or say nothing more."""
    left = iter(watches)
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if "watch=true" in head:
            writer.write(next(left, b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"))
            await writer.drain()
            if open_after:
                await ended.wait()
        else:
            body = json.dumps({"items": [], "metadata": {"resourceVersion": "1"}}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    config = Configuration()
    config.host = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    kube = KubeClient(config)
    try:
        yield kube
    finally:
        ended.set()
        await kube.close()
        listener.close()


def lines(text: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + text


WHOLE = lines(json.dumps(EVENT).encode() + b"\n")


@pytest.mark.parametrize(
    "broken",
    [b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\nhalf of", lines(b'{"type": "ADD')],
    ids=["within an error", "within a line"],
)
async def test_what_breaks_off_is_begun_again(broken: bytes) -> None:
    async with server([broken, WHOLE]) as kube, asyncio.timeout(20):
        names = Names()
        watching = asyncio.create_task(Watcher(kube, BACKPACK, "apps", names).run())
        seen = asyncio.create_task(names.first.wait())
        await asyncio.wait({watching, seen}, return_when=asyncio.FIRST_COMPLETED)

        assert not watching.done()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_a_silent_watch_is_opened_anew_and_nothing_is_out_of_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "SILENT_SECONDS", 0.2)
    async with server([lines(b""), WHOLE], open_after=True) as kube, asyncio.timeout(20):
        names, fresh = Names(), []
        watcher = Watcher(kube, BACKPACK, "apps", names, changed=lambda: fresh.append(watcher.fresh))
        watching = asyncio.create_task(watcher.run())
        await names.first.wait()

        assert fresh == [True]
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
