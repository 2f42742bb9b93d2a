"""Clients that don't read, don't answer, or are many."""

import asyncio
import resource
import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect

from support.core_api import CoreApi, Person, new_person
from support.raw_sockets import RawSocket, client_frame
from support.sockets import socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

MIB = 1024 * 1024


@pytest.fixture
def raw(api: CoreApi, ada: Person) -> Iterator[Callable[..., RawSocket]]:
    """Opens sockets of Ada's."""
    opened: list[RawSocket] = []

    def open_one(**options: int) -> RawSocket:
        opened.append(RawSocket(api, ada, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_a_reader_that_never_reads_is_closed_and_slows_nobody(
    api: CoreApi, ada: Person, grace: Person, raw: Callable[..., RawSocket]
) -> None:
    with socket_of(api, ada) as hers, socket_of(api, grace) as his:
        hers.call("channel.create", channel="chat/slow")
        his.call("channel.join", channel="chat/slow")
        slow = raw(receive_buffer=4096)
        slow.send(op="channel.joinMine")
        api_process = psutil.Process(api.pid)
        before = api_process.memory_info().rss
        data = "x" * 60_000
        longest = 0.0
        for _ in range(100):
            began = time.perf_counter()
            hers.call("channel.publish", channel="chat/slow", data=data)
            assert his.event("channel")["data"] == data
            longest = max(longest, time.perf_counter() - began)
        hers.events("channel")
        assert longest < 1
        assert slow.close_code() == 1013
        assert api_process.memory_info().rss - before < 30 * MIB
        hers.call("channel.delete", channel="chat/slow")


@pytest.mark.long
def test_who_asks_for_more_than_he_reads_waits(
    api: CoreApi, ada: Person, raw: Callable[..., RawSocket]
) -> None:
    path = ada.make_collection()
    ada.client.post(path, json=[{"pad": "x" * 10_000} for _ in range(80)])
    greedy = raw(receive_buffer=4096)
    before = psutil.Process(api.pid).memory_info().rss
    for number in range(200):
        greedy.send(id=number, op="db.list", collection=path.removeprefix("/db/"), limit=1000)
    with socket_of(api, ada) as other:
        assert other.call("ping") == "pong"
    answered = 0
    while answered < 200:
        opcode, payload = greedy.frame()
        if opcode == 0x9:
            greedy.connection.sendall(client_frame(payload, 0xA))
        elif b'"re":' in payload[:20]:
            assert payload.startswith(b'{"re":%d,"ok":true' % answered)
            answered += 1
    assert psutil.Process(api.pid).memory_info().rss - before < 40 * MIB


@pytest.mark.long
def test_a_connection_that_is_dead_is_offline_within_thirty_seconds(
    api: CoreApi, grace: Person, raw: Callable[..., RawSocket], ada: Person
) -> None:
    with socket_of(api, grace) as his:
        his.call("channel.create", channel="chat/dead", members=[ada.id])
        dead = raw()
        assert his.event("presence", user=ada.id, type="online")
        assert his.event("presence", within=30, user=ada.id, type="offline")
        his.call("channel.delete", channel="chat/dead")
        dead.close()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (client_frame(b"\xff\xfe"), 1007),
        (client_frame(b"{}", 0x3), 1002),
        (b"\x81\x02{}", 1002),
        (client_frame(b"{}", 0x0), 1002),
        (client_frame(b"x" * 126, 0x9), 1002),
        (b"\x81\xff" + (2**62).to_bytes(8) + bytes(4), 1009),
        (client_frame(b"\x03\xe8", 0x8), 1000),
    ],
)
def test_what_breaks_the_protocol_closes_with_a_code(
    raw: Callable[..., RawSocket], sent: bytes, code: int
) -> None:
    one = raw()
    one.connection.sendall(sent)
    assert one.close_code() == code
    with pytest.raises(ConnectionError):
        one.frame()


def test_pings_are_answered_and_messages_may_come_in_parts(raw: Callable[..., RawSocket]) -> None:
    one = raw()
    one.frame()
    one.connection.sendall(client_frame(b'{"id":1,', fin=False))
    one.connection.sendall(client_frame(b"beat", 0x9))
    assert one.frame() == (0xA, b"beat")
    one.connection.sendall(client_frame(b'"op":"ping"}', 0x0))
    assert one.frame() == (0x1, b'{"re":1,"ok":true,"data":"pong"}')


async def many(api: CoreApi, person: Person, count: int) -> list[ClientConnection]:
    """So many sockets that are signed in and do nothing."""
    gate = asyncio.Semaphore(50)
    url = api.public.replace("http://", "ws://") + "/realtime"

    async def one() -> ClientConnection:
        async with gate:
            connection = await connect(
                url,
                additional_headers={"Authorization": f"Bearer {person.token}"},
                compression=None,
                ping_interval=None,
                open_timeout=60,
                proxy=None,
            )
            await connection.recv()
            return connection

    return list(await asyncio.gather(*(one() for _ in range(count))))


@pytest.mark.parametrize(
    "count",
    [1000, pytest.param(9500, marks=[pytest.mark.long, pytest.mark.timeout(300)])],
)
async def test_idle_sockets_hold_and_cost_little(start_api: Callable[..., CoreApi], count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    api = start_api()
    person = new_person(api)
    process = psutil.Process(api.pid)
    with socket_of(api, person) as socket:
        before, files = process.memory_info().rss, process.num_fds()
        sockets = await many(api, person, count)
        connected = process.memory_info().rss
        assert (connected - before) / count < 16 * 1024
        for number in range(20):
            seq = (await asyncio.to_thread(socket.call, "broadcast", data=number))["seq"]
            heard = await asyncio.gather(*(one.recv() for one in sockets))
            assert all(f'"{seq}"' in text for text in heard)
        assert process.memory_info().rss - connected < 10 * MIB
        await asyncio.gather(*(one.close() for one in sockets))

        def gone() -> bool:
            return process.num_fds() < files + count // 10

        await asyncio.to_thread(eventually, gone, within=30)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("version", ["12", "none"])
def test_what_is_no_handshake_is_refused(api: CoreApi, version: str) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": version}
    assert 400 <= httpx.get(f"{api.public}/realtime", headers=headers).status_code < 500
