"""The bare sockets: a server that answers a write at once, and writes one ready-made frame
to every WebSocket. No store, no session, no rule, no stream: what a fan-out could at best
be on this machine, where the kernel's handing over of each write is most of the time.

Run as a program it prints its port and serves until its input ends.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psutil
import uvloop

from backpack_api.sockets.frames import text_frame
from bench.api.peers.peer import Request, Subscription

NAME = "bare sockets"
ROOT = Path(__file__).resolve().parents[2]

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class BareSockets:
    """The server, as the fan-out is measured of it."""

    name = NAME

    def __init__(self, host: str, pid: int) -> None:
        self.host = host
        self.headers: dict[str, str] = {}
        self._process = psutil.Process(pid)

    def rss(self) -> int:
        """Bytes."""
        return int(self._process.memory_info().rss)

    def subscription(self, collection: str) -> Subscription:
        return Subscription("websocket", "/")

    def create(self, collection: str, document: object) -> Request:
        # As many bytes as the frame of a real event has.
        return Request("POST", "/", b'{"title":"MARK","filler":"' + b"." * 280 + b'"}')


@contextmanager
def running() -> Iterator[BareSockets]:
    """The server in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.api.bare_sockets"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield BareSockets(f"127.0.0.1:{int(process.stdout.readline())}", process.pid)
        finally:
            process.stdin.close()


class _Connection(asyncio.Protocol):
    def __init__(self, sockets: set[asyncio.Transport]) -> None:
        self._sockets = sockets
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._sockets.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET "):
            self._transport.write(UPGRADED)
            self._sockets.add(self._transport)
            return
        self._transport.write(CREATED)
        frame = text_frame(data.partition(b"\r\n\r\n")[2])
        for socket in self._sockets:
            socket.write(frame)


async def _serve() -> None:
    sockets: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(sockets), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
