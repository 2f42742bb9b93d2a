"""Documents over a socket: the same services, rules and problems as over HTTP."""

from typing import Any

import pytest

from support.core_api import CoreApi, Person
from support.sockets import Refused, socket_of

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def tasks(ada: Person) -> str:
    """A new collection's name."""
    return ada.make_collection().removeprefix("/db/")


def test_documents_are_those_of_http(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        created = socket.call("db.create", collection=tasks, data={"title": "Pack", "ownerId": "forged"})
        path = f"/db/{tasks}/{created['id']}"
        assert created == ada.client.get(path).json()
        assert created["ownerId"] == ada.id
        named: dict[str, Any] = {"collection": tasks, "docId": created["id"]}
        assert socket.call("db.get", **named) == created
        patched = socket.call("db.patch", **named, data={"done": True}, version=1)
        assert patched["version"] == 2
        replaced = socket.call("db.replace", **named, data={"title": "Go"})
        assert replaced == ada.client.get(path).json()
        assert "done" not in replaced
        with pytest.raises(Refused) as refused:
            socket.call("db.patch", **named, data={}, version=1)
        assert refused.value.status == 412
        assert socket.call("db.delete", **named) == replaced
        assert ada.client.get(path).status_code == 404


def test_lists_take_what_lists_over_http_take(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        many = socket.call(
            "db.create", collection=tasks, data=[{"n": n, "even": n % 2 == 0} for n in range(9)]
        )
        assert [document["n"] for document in many] == list(range(9))
        asked: dict[str, Any] = {"collection": tasks, "filter": {"even": True}, "sort": "-n", "limit": 2}
        first = socket.call("db.list", **asked, total=True, fields="n")
        assert [document["n"] for document in first["items"]] == [8, 6]
        assert "even" not in first["items"][0]
        assert first["total"] == 5
        second = socket.call("db.list", **asked, cursor=first["nextCursor"])
        assert [document["n"] for document in second["items"]] == [4, 2]


def test_an_answer_has_at_most_a_mebibyte(api: CoreApi, ada: Person, tasks: str) -> None:
    for n in range(5):
        assert ada.client.post(f"/db/{tasks}", json={"n": n, "pad": "x" * 300_000}).status_code == 201
    largest = ada.client.post(f"/db/{tasks}", json={"n": 5, "pad": "x" * (1024 * 1024 - 30)}).json()
    with socket_of(api, ada) as socket:
        seen: list[int] = []
        cursor = None
        while len(seen) < 5:
            page = socket.call("db.list", collection=tasks, filter={"n": {"$lt": 5}}, cursor=cursor)
            assert 1 <= len(page["items"]) <= 3
            seen += [document["n"] for document in page["items"]]
            cursor = page["nextCursor"]
        assert seen == list(range(5))
        assert cursor is None
        with pytest.raises(Refused) as refused:
            socket.call("db.get", collection=tasks, docId=largest["id"])
        assert refused.value.status == 413
        assert socket.call("ping") == "pong"


def test_a_key_makes_a_retry_safe(api: CoreApi, ada: Person, tasks: str) -> None:
    with socket_of(api, ada) as socket:
        asked: dict[str, Any] = {"collection": tasks, "data": {"a": 1}, "key": "once"}
        first = socket.call("db.create", **asked)
        assert socket.call("db.create", **asked) == first
    answer = ada.client.post(f"/db/{tasks}", json={"a": 1}, headers={"Idempotency-Key": "once"})
    assert answer.json() == first
    assert len(ada.client.get(f"/db/{tasks}").json()["items"]) == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"op": "db.get", "docId": "nobody"}, 404),
        ({"op": "db.get"}, 422),
        ({"op": "db.create"}, 422),
        ({"op": "db.create", "data": 7}, 422),
        ({"op": "db.create", "data": {"$a": 1}}, 422),
        ({"op": "db.create", "data": {}, "key": "\n"}, 422),
        ({"op": "db.list", "filter": {"$where": "1"}}, 422),
        ({"op": "db.list", "limit": 1001}, 422),
        ({"op": "db.list", "sort": 7}, 422),
        ({"op": "db.list", "cursor": "nonsense"}, 422),
        ({"op": "db.list", "flter": {}}, 422),
        ({"op": "db.patch", "docId": "nobody", "data": {}, "version": "1"}, 422),
    ],
)
def test_what_is_refused(api: CoreApi, ada: Person, tasks: str, asked: dict[str, Any], status: int) -> None:
    with socket_of(api, ada) as socket:
        with pytest.raises(Refused) as refused:
            socket.call(collection=tasks, **asked)
        assert refused.value.status == status


def test_rules_hold_on_a_socket(api: CoreApi, ada: Person, grace: Person, tasks: str) -> None:
    created = ada.client.post(f"/db/{tasks}", json={"a": 1}).json()
    with socket_of(api, grace) as socket:
        with pytest.raises(Refused) as refused:
            socket.call("db.patch", collection=tasks, docId=created["id"], data={"a": 2})
        assert refused.value.status == 403
        with pytest.raises(Refused) as refused:
            socket.call("db.create", collection="nowhere", data={})
        assert refused.value.status == 404
