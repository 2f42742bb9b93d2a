"""`collections.*` on the admin socket."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_contract.configuration import DeclaredCollection, DeclaredIndex, DeclaredRules
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, Person, assert_problem, new_person
from support.sockets import Refused, Socket, socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)


def problem_of(call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.problem


@pytest.fixture
def api(start_admin_api: Callable[..., CoreApi]) -> CoreApi:
    return start_admin_api()


@pytest.fixture
def console(api: CoreApi, signer: AdminSigner) -> Any:
    with AdminHttp(api, signer).socket() as socket:
        yield socket


@pytest.fixture
def person(api: CoreApi) -> Person:
    return new_person(api)


def test_a_collection_is_made_with_all_it_can_have(console: Socket, person: Person) -> None:
    schema = {"type": "object", "required": ["title"]}
    made = console.call(
        "collections.create",
        collection="tasks",
        rules={"read": "owner", "delete": "none"},
        schema=schema,
        indexes=[{"keys": ["title"], "unique": True}, {"keys": ["ownerId", "-done"]}],
    )
    assert made == {
        "name": "tasks",
        "rules": {"read": "owner", "create": "user", "update": "owner", "delete": "none"},
        "schema": schema,
        "indexes": [
            {"keys": ["title"], "unique": True},
            {"keys": ["ownerId", "-done"], "unique": False},
        ],
        "managed": False,
    }
    assert console.call("collections.list") == {"items": [made], "nextCursor": None}
    indexes = console.call("collections.indexes", collection="tasks")["items"]
    assert indexes == [{**index, "ready": True} for index in made["indexes"]]

    assert_problem(person.client.post("/db/tasks", json={}), 422)
    path = person.client.post("/db/tasks", json={"title": "a"}).headers["location"]
    assert_problem(person.client.post("/db/tasks", json={"title": "a"}), 409)
    assert_problem(person.client.delete(path), 403)
    stats = console.call("collections.stats", collection="tasks")
    assert stats["documents"] == 1
    assert set(stats) == {"documents", "dataBytes", "indexBytes"}


def test_rules_schema_and_indexes_change_at_once(api: CoreApi, console: Socket, person: Person) -> None:
    console.call("collections.create", collection="tasks")
    path = person.client.post("/db/tasks", json={"n": 1}).headers["location"]
    with api.client() as anyone:
        assert_problem(anyone.get(path), 401)
        changed = console.call("collections.setRules", collection="tasks", rules={"read": "public"})
        assert changed["rules"] == {"read": "public", "create": "user", "update": "owner", "delete": "owner"}
        assert anyone.get(path).status_code == 200

    console.call("collections.setSchema", collection="tasks", schema={"required": ["title"]})
    eventually(lambda: person.client.post("/db/tasks", json={}).status_code == 422, within=2, every=0.05)
    assert console.call("collections.setSchema", collection="tasks", schema=None)["schema"] is None

    person.client.post("/db/tasks", json={"n": 1})
    unique = [{"keys": ["n"], "unique": True}]
    problem = problem_of(lambda: console.call("collections.setIndexes", collection="tasks", indexes=unique))
    assert problem["status"] == 409
    changed = console.call("collections.setIndexes", collection="tasks", indexes=[{"keys": ["n"]}])
    assert changed["indexes"] == [{"keys": ["n"], "unique": False}]


def test_a_dropped_one_is_gone_with_its_documents(console: Socket, person: Person) -> None:
    console.call("collections.create", collection="tasks")
    assert person.client.post("/db/tasks", json={}).status_code == 201
    assert console.call("collections.drop", collection="tasks")["name"] == "tasks"
    assert_problem(person.client.get("/db/tasks"), 404)
    console.call("collections.create", collection="tasks")
    assert person.client.get("/db/tasks").json()["items"] == []


def test_lists_have_pages(console: Socket) -> None:
    for letter in "cab":
        console.call("collections.create", collection=letter)
    first = console.call("collections.list", limit=2)
    assert [one["name"] for one in first["items"]] == ["a", "b"]
    second = console.call("collections.list", limit=2, cursor=first["nextCursor"])
    assert ([one["name"] for one in second["items"]], second["nextCursor"]) == (["c"], None)


def test_what_is_wrong_is_refused(console: Socket) -> None:
    def create(**fields: Any) -> dict[str, Any]:
        return problem_of(lambda: console.call("collections.create", **{"collection": "tasks", **fields}))

    assert create(collection="users")["status"] == 422
    assert create(rules={"read": "everyone"})["errors"][0]["path"] == "/rules/read"
    assert create(rules={"list": "public"})["errors"][0]["path"] == "/rules/list"
    assert create(schema={"type": "nothing"})["errors"][0]["path"] == "/schema/type"
    assert create(schema={"$ref": "http://example.com/"})["status"] == 422
    assert create(indexes=[{"keys": ["a.$b"]}])["errors"][0]["path"] == "/indexes/0/keys/0"
    console.call("collections.create", collection="tasks")
    assert create()["status"] == 409
    for op in ("stats", "indexes", "drop"):
        assert problem_of(lambda op=op: console.call(f"collections.{op}", collection="no"))["status"] == 404  # type: ignore[misc]


def test_what_the_resource_declares_is_changed_only_there(
    start_admin_api: Callable[..., CoreApi], signer: AdminSigner
) -> None:
    declared = DeclaredCollection(
        name="notes", rules=DeclaredRules(read="public"), indexes=(DeclaredIndex(keys=("a",)),)
    )
    api = start_admin_api({"collections": (declared,)})
    with AdminHttp(api, signer).socket() as console:
        (listed,) = console.call("collections.list")["items"]
        assert (listed["name"], listed["managed"], listed["rules"]["read"]) == ("notes", True, "public")
        for op, fields in (
            ("setRules", {"rules": {"read": "none"}}),
            ("setSchema", {"schema": None}),
            ("setIndexes", {"indexes": []}),
            ("drop", {}),
            ("create", {}),
        ):
            problem = problem_of(
                lambda op=op, fields=fields: console.call(f"collections.{op}", collection="notes", **fields)  # type: ignore[misc]
            )
            assert problem["status"] == 409
            assert op == "create" or "managed by the resource" in problem["detail"]


def test_nobody_subscribes_to_one_that_was_dropped(api: CoreApi, console: Socket, person: Person) -> None:
    console.call("collections.create", collection="tasks")
    with socket_of(api, person) as socket:
        socket.call("db.subscribe", collection="tasks")
        console.call("collections.drop", collection="tasks")
        assert problem_of(lambda: socket.call("db.subscribe", collection="tasks"))["status"] == 404
        console.call("collections.create", collection="tasks")
        eventually(lambda: socket.call("db.subscribe", collection="tasks"), within=10)
