"""Two replicas behave as one, and the end of one of them is noticed."""

import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.core_api import CoreApi, Person, new_person
from support.ferretdb import FerretDB
from support.processes import free_port
from support.redis import Redis, redis_command
from support.sockets import Socket, open_socket, socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that a test may kill, and whose list of replicas is the test's."""
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def start(tmp_path: Path, ferretdb: FerretDB, own_redis: Redis) -> Iterator[Callable[..., CoreApi]]:
    """Starts a replica; all are of one backpack."""
    started: list[CoreApi] = []
    database = f"backpack_{secrets.token_hex(4)}"

    def start_one(**options: str) -> CoreApi:
        directory = tmp_path / f"api-{len(started)}"
        api = CoreApi(directory, ferretdb, own_redis, database=database, **options)
        api.start()
        started.append(api)
        return api

    yield start_one
    for api in started:
        api.kill()
        api.close_clients()


def following(socket: Socket, collection: str) -> str:
    """A subscription to all of a collection."""
    sub: str = socket.call("db.subscribe", collection=collection)["sub"]
    return sub


def second_last_seq(person: Person, socket: Socket, collection: str) -> str:
    """A `seq` that something comes after."""
    for _ in range(2):
        assert person.client.post(f"/db/{collection}", json={}).status_code == 201
    seq: str = socket.event("db")["seq"]
    socket.event("db")
    return seq


def test_events_and_messages_reach_both(start: Callable[..., CoreApi]) -> None:
    first, second = start(), start()
    ada, grace = new_person(first), new_person(second)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(first, ada) as hers, socket_of(second, grace) as his:
        subs = [following(socket, tasks) for socket in (hers, his)]
        documents = [
            person.client.post(f"/db/{tasks}", json={"n": n}).json()
            for n in range(10)
            for person in (ada, grace)
        ]
        told = [
            [socket.event("db", sub=sub)["doc"] for _ in documents]
            for socket, sub in zip((hers, his), subs, strict=True)
        ]
        assert told[0] == told[1]
        assert sorted(told[0], key=lambda one: one["id"]) == sorted(documents, key=lambda one: one["id"])
        hers.call("channel.create", channel="chat/a")
        his.call("channel.join", channel="chat/a")
        assert hers.event("presence", user=grace.id, type="join")
        for n in range(30):
            for socket in (hers, his):
                socket.send({"op": "channel.publish", "channel": "chat/a", "data": n})
        order = [hers.event("channel") for _ in range(60)]
        assert [his.event("channel") for _ in range(60)] == order
        assert hers.call("broadcast", data=1)["seq"] == his.event("broadcast")["seq"]
        his.close()
        assert hers.event("presence", user=grace.id, type="offline")
        with socket_of(first, grace), socket_of(second, grace):
            assert hers.event("presence", user=grace.id, type="online")
        assert hers.event("presence", user=grace.id, type="offline")
        assert hers.events("presence") == []


def test_what_one_replica_told_is_replayed_by_the_other(start: Callable[..., CoreApi]) -> None:
    first, second = start(), start()
    ada = new_person(first)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with open_socket(first, {"Authorization": f"Bearer {ada.token}"}) as socket:
        since = socket.event("hello")["seq"]
    documents = ada.client.post(f"/db/{tasks}", json=[{"n": n} for n in range(20)]).json()
    with socket_of(second, ada) as socket:
        sub = socket.call("db.subscribe", collection=tasks, since=since)["sub"]
        assert [socket.event("db", sub=sub)["doc"] for _ in documents] == documents


def test_a_session_that_ends_closes_sockets_at_the_other(start: Callable[..., CoreApi]) -> None:
    first, second = start(), start()
    ada = new_person(first)
    with socket_of(second, ada) as socket:
        assert ada.client.post("/auth/logout").status_code == 204
        assert socket.close_code(within=1.5) == 4001


@pytest.mark.long
def test_a_replica_that_was_killed_is_noticed_by_the_other(start: Callable[..., CoreApi]) -> None:
    first, second = start(), start()
    ada, grace = new_person(first), new_person(second)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(first, ada) as hers:
        hers.call("channel.create", channel="chat/a", members=[grace.id])
        sub = following(hers, tasks)
        with socket_of(second, grace):
            assert hers.event("presence", user=grace.id, type="online")
            second.kill()
            assert hers.event("presence", within=30, user=grace.id, type="offline")
            assert hers.event("reset", within=30, sub=sub)
            hers.call("ping")


def test_a_replica_that_starts_where_one_was_killed_knows_at_once(start: Callable[..., CoreApi]) -> None:
    port = str(free_port())
    first, second = start(), start(BACKPACK_PUBLIC_PORT=port)
    ada = new_person(first)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(first, ada) as socket:
        sub = following(socket, tasks)
        since = second_last_seq(ada, socket, tasks)
        second.kill()
        second.start()
        assert socket.event("reset", within=5, sub=sub)
        again = socket.call("db.subscribe", collection=tasks, since=since)["sub"]
        assert socket.event("reset", sub=again)


def test_an_orderly_end_resets_nobody_and_sends_clients_elsewhere(start: Callable[..., CoreApi]) -> None:
    first, second = start(), start()
    ada, grace = new_person(first), new_person(second)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(first, ada) as hers, socket_of(second, grace) as his:
        hers.call("channel.create", channel="chat/a", members=[grace.id])
        sub = following(hers, tasks)
        documents = grace.client.post(f"/db/{tasks}", json=[{"n": n} for n in range(300)]).json()
        assert second.stop() == 0
        assert his.close_code() == 1012
        assert [hers.event("db", sub=sub)["doc"] for _ in documents] == documents
        assert hers.event("presence", user=grace.id, type="offline")
        assert hers.events("reset") == []


def test_sockets_outlive_a_restart_of_redis(start: Callable[..., CoreApi], own_redis: Redis) -> None:
    api = start()
    ada, grace = new_person(api), new_person(api)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(api, ada) as hers, socket_of(api, grace) as his:
        hers.call("channel.create", channel="chat/a")
        his.call("channel.join", channel="chat/a")
        sub = following(hers, tasks)
        sent = [hers.call("channel.publish", channel="chat/a", data=n)["seq"] for n in range(20)]
        own_redis.kill()
        hers.send({"id": "away", "op": "channel.publish", "channel": "chat/a", "data": "away"})
        answer = hers.wait(lambda message: message.get("re") == "away")
        assert answer["error"]["status"] == 503
        own_redis.start()
        assert hers.event("reset", within=20, sub=sub)
        assert his.event("reset", within=20) == {"ev": "reset"}
        sent += [hers.call("channel.publish", channel="chat/a", data=n)["seq"] for n in range(20, 40)]
        for socket in (hers, his):
            messages = [message for message in socket.events("channel") if message["data"] != "away"]
            assert [message["data"] for message in messages] == list(range(40))
            assert [message["seq"] for message in messages] == sent
        document = ada.client.post(f"/db/{tasks}", json={}).json()
        assert hers.event("db", sub=sub)["doc"] == document


def test_the_stream_is_bounded_in_bytes(start: Callable[..., CoreApi], own_redis: Redis) -> None:
    limit = 2 * 1024 * 1024
    api = start(BACKPACK_STREAM_BYTES=str(limit))
    ada = new_person(api)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(api, ada) as socket:
        following(socket, tasks)
        old = second_last_seq(ada, socket, tasks)
        for _ in range(60):
            answer = ada.client.post(f"/db/{tasks}", json={"pad": "x" * 200_000})
            assert answer.status_code == 201
            socket.event("db")
        eventually(lambda: int(redis_command(own_redis, "MEMORY", "USAGE", "events")) <= limit, within=10)  # type: ignore[call-overload]
        recent = second_last_seq(ada, socket, tasks)
        lost = socket.call("db.subscribe", collection=tasks, since=old)["sub"]
        assert socket.event("reset") == {"ev": "reset", "sub": lost}
        kept = socket.call("db.subscribe", collection=tasks, since=recent)["sub"]
        assert socket.event("db", sub=kept)
        assert socket.events("reset") == []


def test_a_redis_that_hangs_for_a_while_loses_and_doubles_nothing(
    start: Callable[..., CoreApi], own_redis: Redis
) -> None:
    api = start()
    ada = new_person(api)
    tasks = ada.make_collection("tasks").removeprefix("/db/")
    with socket_of(api, ada) as socket:
        sub = following(socket, tasks)
        first = ada.client.post(f"/db/{tasks}", json={"n": 1}).json()
        assert socket.event("db", sub=sub)["doc"] == first
        own_redis.signal(signal.SIGSTOP)
        # Its session is still remembered, and a create needs nothing else of the cache.
        answer = ada.client.post(f"/db/{tasks}", json={"n": 2})
        eventually(lambda: "events wait" in api.log_text() or answer.status_code != 201, within=10)
        own_redis.signal(signal.SIGCONT)
        last = eventually(
            lambda: (
                (again := ada.client.post(f"/db/{tasks}", json={"n": 3})).status_code == 201 and again.json()
            ),
            within=20,
        )
        expected = [answer.json(), last] if answer.status_code == 201 else [last]
        assert [socket.event("db", sub=sub)["doc"] for _ in expected] == expected
        assert socket.events("db") == []
        assert socket.events("reset") == []
