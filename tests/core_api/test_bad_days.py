"""Crashes, stores that go away, and an orderly end."""

import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from support.core_api import CoreApi, assert_problem, new_email, new_person
from support.ferretdb import FerretDB
from support.processes import ServerProcess
from support.redis import Redis
from support.sockets import socket_of
from support.waiting import eventually

Away = Callable[[Redis | FerretDB], AbstractContextManager[None]]

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def own_ferretdb(tmp_path: Path) -> Iterator[FerretDB]:
    """A FerretDB that a test may kill."""
    server = FerretDB(tmp_path / "ferretdb")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that a test may kill."""
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_api(tmp_path: Path, own_ferretdb: FerretDB, own_redis: Redis) -> Iterator[CoreApi]:
    """An API on stores that a test may kill."""
    process = CoreApi(tmp_path / "api", own_ferretdb, own_redis)
    process.start()
    yield process
    process.kill()
    process.close_clients()


def is_ready(api: CoreApi) -> bool:
    return httpx.get(f"{api.public}/readyz", timeout=10).status_code == 200


def test_what_was_acknowledged_survives_a_crash_of_everything(
    own_api: CoreApi, own_ferretdb: FerretDB, own_redis: Redis
) -> None:
    ada = new_person(own_api)
    tasks = ada.make_collection("tasks")
    acknowledged: list[str] = []
    enough = threading.Event()

    def write() -> None:
        with own_api.client(headers=ada.client.headers) as client:
            while True:
                try:
                    answer = client.post(tasks, json={"a": 1})
                except httpx.TransportError:
                    return
                if answer.status_code != 201:
                    return
                acknowledged.append(answer.json()["id"])
                if len(acknowledged) > 40:
                    enough.set()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(30)
    everything: tuple[ServerProcess, ...] = (own_api, own_ferretdb, own_redis)
    for process in everything:
        process.kill()
    for writer in writers:
        writer.join()
    for process in reversed(everything):
        process.start()
    eventually(lambda: is_ready(own_api), within=20)
    with own_api.client(headers={"Authorization": f"Bearer {ada.token}"}) as client:
        kept = client.get(tasks, params={"limit": 1000}).json()["items"]
    assert set(acknowledged) <= {document["id"] for document in kept}


class _WebServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            while self.request.recv(4096):
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


@contextmanager
def instead_of(server: Redis | FerretDB) -> Iterator[None]:
    """A web server at the address of a store that is gone."""
    server.kill()
    host, _, port = server.host.partition(":")
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer((host, int(port)), _WebServer) as other:
        other.daemon_threads = True
        threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield
        finally:
            other.shutdown()
    server.start()


@contextmanager
def gone(server: Redis | FerretDB) -> Iterator[None]:
    server.kill()
    yield
    server.start()


@contextmanager
def hung(server: Redis | FerretDB) -> Iterator[None]:
    server.signal(signal.SIGSTOP)
    yield
    server.signal(signal.SIGCONT)


@pytest.mark.parametrize("store", ["database", "cache"])
@pytest.mark.parametrize("away", [gone, hung, pytest.param(instead_of, marks=pytest.mark.long)])
def test_a_store_that_is_away_is_a_503_until_it_is_back(
    own_api: CoreApi, own_ferretdb: FerretDB, own_redis: Redis, store: str, away: Away
) -> None:
    server = own_ferretdb if store == "database" else own_redis
    ada = new_person(own_api)
    tasks = ada.make_collection("tasks")
    with away(server):
        ready = httpx.get(f"{own_api.public}/readyz", timeout=5)
        assert ready.status_code == 503
        assert ready.json()["stores"][store] == "away"
        assert ready.headers["retry-after"]
        assert httpx.get(f"{own_api.public}/healthz", timeout=5).status_code == 200
        answer = ada.client.post(tasks, json={"a": 1})
        assert_problem(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        named = [line for line in own_api.log_lines() if store in line["message"]]
        assert named
        assert all(line["level"] == "warning" and line["cause"] for line in named)
        body = {"email": ada.email, "password": ada.password}
        assert_problem(httpx.post(f"{own_api.public}/auth/login", json=body, timeout=20), 503)
    eventually(lambda: is_ready(own_api), within=20)
    eventually(lambda: ada.client.post(tasks, json={"a": 2}).status_code == 201, within=20)
    assert ada.client.get("/auth/me").status_code == 200
    assert [line for line in own_api.log_lines() if line["level"] == "error"] == []


def test_it_starts_while_its_stores_are_away(
    tmp_path: Path, own_ferretdb: FerretDB, own_redis: Redis
) -> None:
    own_ferretdb.kill()
    own_redis.kill()
    api = CoreApi(tmp_path / "api", own_ferretdb, own_redis)
    api.start()
    try:
        assert httpx.get(f"{api.public}/readyz", timeout=10).json() == {
            "status": "away",
            "stores": {"database": "away", "cache": "away"},
        }
        own_ferretdb.start()
        own_redis.start()
        eventually(lambda: is_ready(api), within=20)
        new_person(api)
    finally:
        assert api.stop() == 0
        api.close_clients()


def test_at_its_end_readiness_fails_first_and_requests_finish(
    tmp_path: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(tmp_path / "api", ferretdb, redis, BACKPACK_DRAIN_SECONDS="1.5")
    api.start()
    body = b'{"email": "%s", "password": "a good password"}' % new_email().encode()
    host, _, port = api.public.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        head = f"POST /auth/register HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:10])
        api.signal(signal.SIGTERM)

        def draining() -> bool:
            ready = httpx.get(f"{api.public}/readyz", timeout=5)
            return ready.status_code == 503 and ready.json()["status"] == "draining"

        eventually(draining, within=5, every=0.02)
        assert httpx.get(f"{api.public}/healthz", timeout=5).status_code == 200

        def closed() -> bool:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                return True
            return False

        eventually(closed, within=10, every=0.02)
        connection.sendall(body[10:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert api.wait() == 0


def test_at_its_end_sockets_are_told_and_nothing_acknowledged_is_lost(
    tmp_path: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(tmp_path / "api", ferretdb, redis)
    api.start()
    ada = new_person(api)
    tasks = ada.make_collection("tasks")
    acknowledged: list[str] = []
    enough = threading.Event()

    def write() -> None:
        with api.client(headers=ada.client.headers) as client:
            while True:
                try:
                    answer = client.post(tasks, json={"a": 1})
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                acknowledged.append(answer.json()["id"])
                if len(acknowledged) > 20:
                    enough.set()

    with socket_of(api, ada) as idle, ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write) for _ in range(4)]
        assert enough.wait(30)
        api.signal(signal.SIGTERM)
        assert idle.close_code() == 1012
        for writer in writers:
            writer.result()
    assert api.wait() == 0
    api.start()
    with api.client(headers={"Authorization": f"Bearer {ada.token}"}) as client:
        kept = client.get(tasks, params={"limit": 1000}).json()["items"]
    assert set(acknowledged) <= {document["id"] for document in kept}
    assert api.stop() == 0
    api.close_clients()


def test_a_configuration_that_is_not_usable_ends_the_process_with_a_sentence(
    tmp_path: Path, ferretdb: FerretDB, redis: Redis
) -> None:
    api = CoreApi(tmp_path / "api", ferretdb, redis)
    (tmp_path / "api" / "config.json").write_text('{"name": "todo"}')
    with pytest.raises(RuntimeError, match="the configuration needs `namespace`"):
        api.start()
