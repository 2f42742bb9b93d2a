"""Clients that are slow on purpose, or send heads without end, hold nothing for long."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from backpack_api import http_protocol
from backpack_api.http_protocol import HttpProtocol
from support.core_api import CoreApi, Person, assert_problem
from support.waiting import until

pytestmark = pytest.mark.timeout(60)

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


def answer_in(text: bytes) -> httpx.Response:
    head, _, body = text.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


@contextmanager
def connected(api: CoreApi) -> Iterator[socket.socket]:
    host, _, port = api.public.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=40) as connection:
        yield connection


def last_words(connection: socket.socket) -> httpx.Response:
    """What came until the server closed the connection."""
    return answer_in(b"".join(iter(lambda: connection.recv(65536), b"")))


@pytest.mark.long
def test_hundreds_of_slow_clients_are_ended_and_keep_nobody_from_being_served(
    api: CoreApi, ada: Person
) -> None:
    slow: list[socket.socket] = []
    host, _, port = api.public.removeprefix("http://").partition(":")
    try:
        began = time.monotonic()
        for _ in range(300):
            connection = socket.create_connection((host, int(port)), timeout=40)
            connection.sendall(b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Le")
            slow.append(connection)
        for _ in range(20):
            asked = time.monotonic()
            assert ada.client.get("/auth/me").status_code == 200
            assert time.monotonic() - asked < 2
        slow[0].sendall(b"n")  # a byte more buys no time
        for connection in slow:
            assert assert_problem(last_words(connection), 408)["type"] == "/problems/request-timeout"
        assert time.monotonic() - began < http_protocol.HEAD_SECONDS + 10
    finally:
        for connection in slow:
            connection.close()
    assert ada.client.get("/auth/me").status_code == 200


@pytest.mark.parametrize("kind", ["one header", "many headers", "a path"])
def test_a_head_without_end_is_refused_by_its_size(api: CoreApi, kind: str) -> None:
    begin, more = {
        "one header": (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 4096),
        "many headers": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n" * 700),
        "a path": (b"GET /", b"a" * 4096),
    }[kind]
    with connected(api) as connection:
        connection.sendall(begin)
        sent = len(begin)
        while sent <= http_protocol.MAX_HEAD_BYTES:
            connection.sendall(more)
            sent += len(more)
        assert assert_problem(last_words(connection), 431)["type"] == "/problems/head-too-large"


def test_a_large_head_that_comes_at_once_is_refused_too(api: CoreApi) -> None:
    with connected(api) as connection:
        filler = b"a" * http_protocol.MAX_HEAD_BYTES
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + filler + b"\r\n\r\n")
        assert assert_problem(last_words(connection), 431)["type"] == "/problems/head-too-large"


def test_what_follows_a_head_at_once_is_not_counted_with_it(api: CoreApi) -> None:
    with connected(api) as connection:
        body = b" " * http_protocol.MAX_HEAD_BYTES
        fields = f"Host: x\r\nConnection: close\r\nContent-Length: {len(body)}"
        connection.sendall(f"POST /auth/login HTTP/1.1\r\n{fields}\r\n\r\n".encode() + body)
        assert_problem(last_words(connection), 400)


class Client:
    """One connection to an application in this process, seen from both ends: a test says
    what time it is, and waits for nothing."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: HttpProtocol
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.server = server

    async def say(self, data: bytes) -> None:
        """Send, and return once the server has read it."""
        before = self.server.heard
        self.writer.write(data)
        await until(lambda: self.server.heard >= before + len(data))

    def look(self, *, after: float) -> bool:
        """Let the server look at the clock so many seconds from now; whether it goes on."""
        self.server.end_if_slow(asyncio.get_running_loop().time() + after)
        return not self.server.transport.is_closing()


class Listening(HttpProtocol):
    heard = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.heard += len(data)


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[Client]:
    config = uvicorn.Config(app, http=Listening, ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    async with asyncio.timeout(20):
        await until(lambda: server.server_state.connections)
        (connection,) = server.server_state.connections
        assert isinstance(connection, Listening)
        yield Client(reader, writer, connection)
    writer.close()
    server.should_exit = server.force_exit = True
    await serving


outcomes: list[str] = []


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        outcomes.append(f"{len(await Request(scope, receive).body())} bytes")
    except ClientDisconnect:
        outcomes.append("disconnected")
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def unending(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        await asyncio.sleep(0)


async def test_a_head_has_ten_seconds_from_its_first_byte() -> None:
    async with client_of(reading) as client:
        await client.say(b"GET / HTTP/1.1\r\nX: ")
        await client.say(b"a")
        assert client.look(after=9)
        assert not client.look(after=11)
        assert_problem(answer_in(await client.reader.read()), 408)


async def test_a_body_must_keep_coming() -> None:
    async with client_of(reading) as client:
        await client.say(HEAD)
        for span in range(3):
            await client.say(b"x" * http_protocol.MIN_BODY_BYTES)
            assert client.look(after=11 * (span + 1)), "a slow line, and no attack"
        await client.say(b"x" * (http_protocol.MIN_BODY_BYTES - 1))
        assert not client.look(after=44)
        assert_problem(answer_in(await client.reader.read()), 408)
    assert outcomes[-1] == "disconnected"


async def test_a_body_that_nobody_wants_must_keep_coming_too() -> None:
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 413, "headers": []})
        await send({"type": "http.response.body"})

    async with client_of(refusing) as client:
        await client.say(HEAD + b"x")
        assert (await client.reader.readline()).startswith(b"HTTP/1.1 413 ")
        assert not client.look(after=11)


async def test_who_never_asks_anything_or_only_stirs_is_hung_up_on() -> None:
    async with client_of(reading) as client:
        assert client.look(after=19)
        assert not client.look(after=21)
    async with client_of(reading) as client:
        await client.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.reader.readline()).startswith(b"HTTP/1.1 204 ")
        await client.say(b"\r\n")
        limit = client.server.timeout_keep_alive
        assert client.look(after=limit)
        assert not client.look(after=limit + 2)


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async with client_of(unending) as client:
        await client.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: client.server.flow.write_paused)
        assert client.look(after=59)
        assert not client.look(after=61)


async def test_an_application_may_take_its_time() -> None:
    release = asyncio.Event()

    async def thinking(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await reading(scope, receive, send)

    async with client_of(thinking) as client:
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        await client.say(request + request + b"GET /")  # further ones wait their turn
        assert client.look(after=1000)
        release.set()
        for _ in range(2):
            assert (await client.reader.readline()).startswith(b"HTTP/1.1 204 ")
            await client.reader.readuntil(b"\r\n\r\n")
