"""`docs.*` on the admin socket: documents of everyone, whatever the rules say."""

from collections.abc import Callable
from typing import Any

import pytest

from support.core_api import CoreApi, Person, new_person
from support.sockets import Refused, Socket

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def person(admin_api: CoreApi) -> Person:
    return new_person(admin_api)


@pytest.fixture
def tasks(person: Person, console: Socket) -> str:
    """A collection that is closed to everyone but administrators, with a document in it."""
    name = person.make_collection().removeprefix("/db/")
    assert person.client.post(f"/db/{name}", json={"n": 0}).status_code == 201
    console.call(
        "collections.setRules",
        collection=name,
        rules=dict.fromkeys(("read", "create", "update", "delete"), "none"),
    )
    return name


def status_of(call: Callable[[], Any]) -> int:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.status


def test_no_rule_counts(console: Socket, person: Person, tasks: str) -> None:
    (found,) = console.call("docs.list", collection=tasks)["items"]
    assert found["ownerId"] == person.id
    where = {"collection": tasks, "docId": found["id"]}
    assert console.call("docs.get", **where) == found
    patched = console.call("docs.patch", **where, data={"a": {"b": 1}, "ownerId": "forged"})
    assert (patched["n"], patched["a"], patched["version"]) == (0, {"b": 1}, 2)
    assert patched["ownerId"] == person.id
    replaced = console.call("docs.replace", **where, data={"c": 2}, version=2)
    assert (replaced["version"], "n" in replaced, replaced["c"]) == (3, False, 2)
    assert status_of(lambda: console.call("docs.replace", **where, data={}, version=2)) == 412
    assert status_of(lambda: console.call("docs.delete", **where, version=2)) == 412
    assert console.call("docs.delete", **where) == replaced
    assert status_of(lambda: console.call("docs.get", **where)) == 404
    done = console.call("audit.list", limit=1, operation="docs.delete")["items"][0]
    assert (done["target"], done["outcome"]) == (where, "done")


def test_one_is_made_for_nobody_or_for_a_user(console: Socket, person: Person, tasks: str) -> None:
    nobodys = console.call("docs.create", collection=tasks, data={"x": 1})
    assert nobodys["ownerId"] is None
    users = console.call("docs.create", collection=tasks, data={"x": 1}, ownerId=person.id)
    assert users["ownerId"] == person.id
    keyed = [console.call("docs.create", collection=tasks, data={"x": 2}, key="a-key") for _ in range(2)]
    assert keyed[0] == keyed[1]
    newest = console.call("audit.list", limit=1)["items"][0]
    assert newest["target"] == {"collection": tasks, "docId": keyed[0]["id"]}


def test_lists_are_filtered_sorted_and_paged(console: Socket, tasks: str) -> None:
    for number in range(1, 6):
        console.call("docs.create", collection=tasks, data={"n": number})
    found: list[int] = []
    cursor = None
    while True:
        page = console.call(
            "docs.list",
            collection=tasks,
            filter={"n": {"$gte": 1}},
            sort="-n",
            limit=2,
            cursor=cursor,
            total=True,
        )
        assert page["total"] == 5
        found += [one["n"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == [5, 4, 3, 2, 1]
    page = console.call("docs.list", collection=tasks, limit=1, fields="n")
    assert set(page["items"][0]) == {"id", "ownerId", "version", "createdAt", "updatedAt", "n"}


def test_limits_and_schemas_count_also_here(console: Socket, tasks: str) -> None:
    def create(data: Any) -> int:
        return status_of(lambda: console.call("docs.create", collection=tasks, data=data))

    assert create({"a.b": 1}) == 422
    assert create([1]) == 422
    assert create({"x": "y" * (1024 * 1024 + 1)}) == 413
    assert status_of(lambda: console.call("docs.list", collection=tasks, filter={"$where": "1"})) == 422
    assert status_of(lambda: console.call("docs.list", collection="nothing")) == 404
    console.call("collections.setSchema", collection=tasks, schema={"required": ["title"]})
    assert create({}) == 422


def test_the_largest_document_goes_both_ways(console: Socket, tasks: str) -> None:
    data = {"x": "y" * (1024 * 1024 - 8)}
    made = console.call("docs.create", collection=tasks, data=data)
    assert console.call("docs.get", collection=tasks, docId=made["id"])["x"] == data["x"]
    listed = console.call("docs.list", collection=tasks, filter={"id": made["id"]})["items"]
    assert [one["id"] for one in listed] == [made["id"]]


def test_changes_are_told_as_they_happen(console: Socket, person: Person) -> None:
    path = person.make_collection()
    name = path.removeprefix("/db/")
    everything = console.call("docs.subscribe", collection=name)["sub"]
    some = console.call("docs.subscribe", collection=name, filter={"n": {"$gt": 1}})["sub"]

    one = person.client.post(path, json={"n": 2}).json()
    for sub in (everything, some):
        event = console.event("db", sub=sub)
        assert (event["type"], event["doc"]) == ("create", one)
        assert event["seq"]
    person.client.patch(f"{path}/{one['id']}", json={"n": 0})
    assert console.event("db", sub=everything)["doc"]["n"] == 0
    left = console.event("db", sub=some)
    assert (left["type"], left["doc"]) == ("delete", {"id": one["id"]})
    assert console.call("docs.unsubscribe", sub=everything) is None
    assert status_of(lambda: console.call("docs.unsubscribe", sub=everything)) == 404
    person.client.post(path, json={"n": 5})
    assert console.event("db")["sub"] == some
    assert console.events("db") == []
    assert status_of(lambda: console.call("docs.subscribe", collection="nothing")) == 404
    assert status_of(lambda: console.call("docs.subscribe", collection=name, filter={"$where": "1"})) == 422
