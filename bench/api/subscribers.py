"""Many subscribers of one collection, in a process of their own: who reads the answers
must not take the time of who measures, nor be slowed by it.

It reads one `Order` as JSON from its first line of input, connects everybody, prints
`connected`, waits for another line, then writes documents one after another: each as
soon as everyone has heard of the one before. It prints the milliseconds from sending a
write to its last receipt, and ends when its input does.

A receipt is the mark of the document in the bytes that came: nothing is decoded, as
that would measure this program.
"""

import asyncio
import base64
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

CONNECTING_AT_ONCE = 40
STEP_SECONDS = 60.0
WRITE_SECONDS = 30.0
PAUSE_SECONDS = 0.02
"""Between two writes, so that one is over before the next."""

PING, PONG = b"\x89\x00", b"\x8a\x80\x00\x00\x00\x00"
"""Who never answers a ping is taken for dead."""

_CLIENT_ID = re.compile(rb'"clientId":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Order:
    """What to connect to, and what to write there. Bodies hold `MARK`, which is
    replaced by what tells one write from another."""

    host: str
    port: int
    kind: str
    """`websocket` or `sse`."""
    path: str
    headers: Mapping[str, str]
    steps: list[tuple[str, str]]
    subscribers: int
    writes: int
    write_path: str
    write_headers: Mapping[str, str]
    write_body: str
    subscribe_path: str = ""
    subscribe_body: str = ""
    marks: list[str] = field(default_factory=list)


class Subscriber(asyncio.Protocol):
    """One connection. Before it is subscribed it keeps what comes; then it only looks for marks."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._kept = b""
        self._wanted: bytes | None = None
        self._seen: asyncio.Future[bytes] | None = None
        self._mark: bytes | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if data == PING:
            self.transport.write(PONG)
            return
        mark = self._mark
        if mark is not None:
            # A mark may be cut by the border of two reads.
            if mark in data or mark in self._kept[-len(mark) :] + data:
                self._mark = None
                self._kept = b""
                self._heard()
            else:
                self._kept = data[-64:]
            return
        # What comes while nothing is asked for may be what is asked for next.
        self._kept += data
        self._look()

    def connection_lost(self, error: Exception | None) -> None:
        if self._seen is not None and not self._seen.done():
            self._seen.set_exception(ConnectionError(f"closed after {self._kept[-300:]!r}"))

    async def ask(self, data: bytes, wanted: str) -> bytes:
        """Send something and wait until what came holds `wanted`."""
        self._wanted, self._seen = wanted.encode(), asyncio.get_running_loop().create_future()
        if data:
            self.transport.write(data)
        self._look()
        return await asyncio.wait_for(self._seen, STEP_SECONDS)

    def listen_for(self, mark: bytes) -> None:
        """Report once when this comes."""
        self._kept, self._mark = b"", mark

    def _look(self) -> None:
        if self._seen is not None and not self._seen.done() and self._wanted and self._wanted in self._kept:
            answer, self._kept, self._wanted = self._kept, b"", None
            self._seen.set_result(answer)


class Caller:
    """One HTTP connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send a request, and read its answer, which must be a success."""
        self._writer.write(request_head("POST", path, self._host, headers, len(body)) + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        rest = await self._reader.readexactly(int(length[1])) if length else b""
        if status >= 300:
            raise ConnectionError(f"POST {path}: {status} {rest[:500]!r}")


def request_head(method: str, path: str, host: str, headers: Mapping[str, str], length: int = 0) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(text: str) -> bytes:
    """A text as a client's frame (RFC 6455, section 5.2); masked with zeros, which changes nothing."""
    payload = text.encode()
    assert len(payload) < 2**16
    if len(payload) < 126:
        return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload
    return bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2, "big") + bytes(4) + payload


async def connect(order: Order, heard: Callable[[], None]) -> Subscriber:
    """A subscriber that hears of the collection's events."""
    loop = asyncio.get_running_loop()
    _, one = await loop.create_connection(lambda: Subscriber(heard), order.host, order.port)
    host = f"{order.host}:{order.port}"
    if order.kind == "sse":
        opened = await one.ask(request_head("GET", order.path, host, order.headers), "clientId")
        named = _CLIENT_ID.search(opened)
        assert named is not None, opened
        caller = Caller(*await asyncio.open_connection(order.host, order.port), host)
        body = order.subscribe_body.replace("CLIENT", named[1].decode())
        await caller.post(order.subscribe_path, order.headers, body.encode())
        caller._writer.close()
        return one
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    data = request_head("GET", order.path, host, {**upgrade, **order.headers})
    answer = await one.ask(data, "\r\n\r\n")
    assert b" 101 " in answer.split(b"\r\n", 1)[0], answer
    one._kept = answer.split(b"\r\n\r\n", 1)[1] + one._kept
    for said, wanted in order.steps:
        await one.ask(frame(said) if said else b"", wanted)
    return one


async def run(order: Order) -> None:
    """Connect, wait for the word, write, and tell."""
    waiting = 0
    everyone = asyncio.Event()
    last = 0.0

    def heard() -> None:
        nonlocal waiting, last
        waiting -= 1
        if waiting == 0:
            last = time.perf_counter()
            everyone.set()

    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one() -> Subscriber:
        async with gate:
            return await connect(order, heard)

    subscribers = await asyncio.gather(*(one() for _ in range(order.subscribers)))
    _tell("connected")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.readline)
    host = f"{order.host}:{order.port}"
    caller = Caller(*await asyncio.open_connection(order.host, order.port), host)
    took: list[float] = []
    for number in range(order.writes):
        mark = f"mark{os.getpid()}x{number}x"
        everyone.clear()
        waiting = len(subscribers)
        for subscriber in subscribers:
            subscriber.listen_for(mark.encode())
        body = order.write_body.replace("MARK", mark).encode()
        began = time.perf_counter()
        await caller.post(order.write_path, order.write_headers, body)
        await asyncio.wait_for(everyone.wait(), WRITE_SECONDS)
        took.append((last - began) * 1000)
        await asyncio.sleep(PAUSE_SECONDS)
    _tell(json.dumps(took))
    await loop.run_in_executor(None, sys.stdin.read)


def _tell(line: Any) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    uvloop.run(run(Order(**json.loads(sys.stdin.readline()))))
