"""Subscriptions: who hears of a write, in which form, and what is replayed."""

from typing import Any

import pytest

from support.core_api import CoreApi, Person
from support.sockets import Refused, Socket, open_socket, socket_of

pytestmark = pytest.mark.timeout(60)


def collection_of(path: str) -> str:
    return path.removeprefix("/db/")


@pytest.fixture
def tasks(ada: Person) -> str:
    """A new collection's name."""
    return collection_of(ada.make_collection())


def create(person: Person, collection: str, **data: Any) -> dict[str, Any]:
    answer = person.client.post(f"/db/{collection}", json=data)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def patch(person: Person, collection: str, document: dict[str, Any], **data: Any) -> dict[str, Any]:
    answer = person.client.patch(f"/db/{collection}/{document['id']}", json=data)
    assert answer.status_code == 200, answer.text
    patched: dict[str, Any] = answer.json()
    return patched


def delete(person: Person, collection: str, document: dict[str, Any]) -> None:
    assert person.client.delete(f"/db/{collection}/{document['id']}").status_code == 200


def told(socket: Socket, sub: str) -> list[tuple[str, Any]]:
    """What has come for a subscription so far: types and documents."""
    events = socket.events("db")
    assert all(set(event) == {"ev", "sub", "type", "doc", "seq"} for event in events)
    return [(event["type"], event["doc"]) for event in events if event["sub"] == sub]


def after_the_writes(socket: Socket, person: Person, collection: str) -> None:
    """Return once everything that was written before has been told."""
    last = create(person, collection, last=True)
    socket.wait(lambda message: message.get("ev") == "db" and message["doc"]["id"] == last["id"])


def test_every_write_is_an_event(api: CoreApi, ada: Person, grace: Person, tasks: str) -> None:
    with socket_of(api, grace) as socket:
        sub = socket.call("db.subscribe", collection=tasks)["sub"]
        created = create(ada, tasks, title="Pack")
        patched = patch(ada, tasks, created, done=True)
        replaced = ada.client.put(f"/db/{tasks}/{created['id']}", json={"title": "Go"}).json()
        delete(ada, tasks, created)
        events = [socket.event("db", sub=sub) for _ in range(4)]
        assert [event["type"] for event in events] == ["create", "update", "update", "delete"]
        assert [event["doc"] for event in events] == [created, patched, replaced, replaced]
        assert len({event["seq"] for event in events}) == 4
        many = ada.client.post(f"/db/{tasks}", json=[{"n": n} for n in range(300)]).json()
        assert [socket.event("db", sub=sub)["doc"] for _ in range(300)] == many


def test_only_what_matches_the_filter_is_told(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        sub = socket.call("db.subscribe", collection=tasks, filter={"done": False, "n": {"$gte": 1}})["sub"]
        everything = socket.call("db.subscribe", collection=tasks)["sub"]
        other = create(ada, tasks, done=True, n=1)
        mine = create(ada, tasks, done=False, n=1)
        entered = patch(ada, tasks, other, done=False)
        left = patch(ada, tasks, mine, done=True)
        patch(ada, tasks, mine, n=7)
        delete(ada, tasks, mine)
        delete(ada, tasks, other)
        all_of_it = [socket.event("db", sub=everything) for _ in range(7)]
        assert all_of_it[3]["doc"] == left
        assert told(socket, sub) == [
            ("create", mine),
            ("update", entered),
            ("delete", {"id": mine["id"]}),
            ("delete", entered),
        ]


def test_unsubscribing_ends_it(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        first = socket.call("db.subscribe", collection=tasks)["sub"]
        second = socket.call("db.subscribe", collection=tasks)["sub"]
        assert first != second
        socket.call("unsubscribe", sub=first)
        after_the_writes(socket, ada, tasks)
        assert told(socket, first) == []
        with pytest.raises(Refused, match="404"):
            socket.call("unsubscribe", sub=first)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"collection": "nowhere"}, 404),
        ({"collection": "users"}, 404),
        ({"collection": 7}, 422),
        ({}, 422),
        ({"collection": "tasks", "filter": {"$where": "1"}}, 422),
        ({"collection": "tasks", "filter": [1]}, 422),
        ({"collection": "tasks", "filter": {"a": {"$regex": "x" * 129}}}, 422),
        ({"collection": "tasks", "since": 7}, 422),
        ({"collection": "tasks", "sincce": "7"}, 422),
    ],
)
def test_what_cannot_be_subscribed_to(api: CoreApi, ada: Person, fields: dict[str, Any], status: int) -> None:
    with socket_of(api, ada) as socket:
        with pytest.raises(Refused) as refused:
            socket.call("db.subscribe", **fields)
        assert refused.value.status == status


def test_a_socket_has_at_most_a_hundred_subscriptions(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        subs = [socket.call("db.subscribe", collection=tasks)["sub"] for _ in range(100)]
        assert len(set(subs)) == 100
        with pytest.raises(Refused) as refused:
            socket.call("db.subscribe", collection=tasks)
        assert refused.value.status == 409
        socket.call("unsubscribe", sub=subs[3])
        socket.call("db.subscribe", collection=tasks)


def test_what_was_missed_is_replayed_without_gap_or_duplicate(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        socket.call("db.subscribe", collection=tasks)
        create(ada, tasks, n=-1)
        since = socket.event("db")["seq"]
    for n in range(50):
        create(ada, tasks, n=n)
    ada.client.post(f"/db/{tasks}", json=[{"n": n} for n in range(50, 150)])
    with socket_of(api, ada) as socket:
        sub = socket.call("db.subscribe", collection=tasks, filter={"n": {"$gte": 0}}, since=since)["sub"]
        for n in range(150, 200):
            create(ada, tasks, n=n)
        numbers = [socket.event("db", sub=sub)["doc"]["n"] for _ in range(200)]
        assert numbers == list(range(200))
        assert told(socket, sub) == []


def test_hello_says_where_to_begin(api: CoreApi, ada: Person, tasks: str) -> None:
    with open_socket(api, {"Authorization": f"Bearer {ada.token}"}) as socket:
        seq = socket.event("hello")["seq"]
        document = create(ada, tasks)
        sub = socket.call("db.subscribe", collection=tasks, since=seq)["sub"]
        assert socket.event("db", sub=sub)["doc"] == document


@pytest.mark.parametrize("since", ["", "0-0-0", "1-0-0", "99999999999999-0-0", "yesterday", "1" * 500])
def test_what_can_not_be_replayed_is_a_reset(api: CoreApi, ada: Person, tasks: str, since: str) -> None:
    with socket_of(api, ada) as socket:
        sub = socket.call("db.subscribe", collection=tasks, since=since)["sub"]
        assert socket.event("reset") == {"ev": "reset", "sub": sub}
        document = create(ada, tasks)
        assert socket.event("db", sub=sub)["doc"] == document
