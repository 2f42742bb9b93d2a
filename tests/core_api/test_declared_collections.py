"""Collections of the Backpack resource: rules, schemas and indexes as code."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backpack_contract.configuration import DeclaredCollection, DeclaredIndex, DeclaredRules
from support.core_api import CoreApi, Person, assert_problem, new_person
from support.ferretdb import FerretDB
from support.redis import Redis
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "pattern": "^(a+)+$|^T"},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}},
    },
    "required": ["title"],
    "additionalProperties": False,
    "$defs": {"tag": {"enum": ["red", "green"]}},
}

COLLECTIONS = (
    DeclaredCollection(name="open", rules=DeclaredRules(read="public", create="public", update="public")),
    DeclaredCollection(name="own", rules=DeclaredRules(read="owner", create="user")),
    DeclaredCollection(
        name="log", rules=DeclaredRules(read="none", create="user", update="none", delete="none")
    ),
    DeclaredCollection(name="shaped", schema=SCHEMA),
    DeclaredCollection(
        name="accounts",
        indexes=(
            DeclaredIndex(keys=("handle",), unique=True),
            DeclaredIndex(keys=("ownerId", "-profile.rank"), unique=True),
            DeclaredIndex(keys=("-createdAt", "handle")),
        ),
        rules=DeclaredRules(update="user"),
    ),
)


@pytest.fixture(scope="module")
def declared_api(
    ferretdb: FerretDB, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreApi]:
    directory = tmp_path_factory.mktemp("api")
    process = CoreApi(
        directory,
        ferretdb,
        redis,
        redis_database=2,
        configuration={"collections": COLLECTIONS, "create_collections": "none"},
    )
    process.start()
    yield process
    process.stop()
    process.close_clients()


@pytest.fixture
def ada(declared_api: CoreApi) -> Person:
    return new_person(declared_api)


@pytest.fixture
def grace(declared_api: CoreApi) -> Person:
    return new_person(declared_api)


def unique(stem: str) -> str:
    return f"{stem}-{secrets.token_hex(4)}"


def test_they_are_there_from_the_start_and_nobody_makes_others(ada: Person) -> None:
    listed = {one["name"]: one["rules"] for one in ada.client.get("/collections").json()}
    assert set(listed) == {one.name for one in COLLECTIONS}
    assert listed["own"] == {"read": "owner", "create": "user", "update": "owner", "delete": "owner"}
    assert_problem(ada.client.post("/collections", json={"name": "mine"}), 403)


def test_public_is_open_to_anyone(declared_api: CoreApi, ada: Person) -> None:
    with declared_api.client() as anyone:
        made = anyone.post("/db/open", json={"a": 1})
        assert made.status_code == 201
        assert made.json()["ownerId"] is None
        path = made.headers["location"]
        assert anyone.patch(path, json={"a": 2}).json()["version"] == 2
        assert anyone.get(path).json()["a"] == 2
        assert_problem(anyone.delete(path), 401)
    # Nobody owns it, so nobody may delete it.
    assert_problem(ada.client.delete(path), 403)


def test_owner_on_read_narrows_lists_and_hides_the_rest(ada: Person, grace: Person) -> None:
    mine = ada.client.post("/db/own", json={"a": 1}).json()
    grace.client.post("/db/own", json={"a": 2})
    for query in ({}, {"filter": '{"a": {"$gt": 0}}'}, {"sort": "-a"}, {"filter": '{"$or": [{}, {}]}'}):
        page = ada.client.get("/db/own", params={**query, "total": "true"}).json()
        assert (page["items"], page["total"]) == ([mine], 1)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert_problem(grace.client.request(method, f"/db/own/{mine['id']}", json={}), 404)


def test_none_is_for_administrators_only(ada: Person) -> None:
    path = ada.client.post("/db/log", json={"a": 1}).headers["location"]
    assert_problem(ada.client.get("/db/log"), 403)
    assert_problem(ada.client.get(path), 403)
    for method in ("PUT", "PATCH", "DELETE"):
        assert_problem(ada.client.request(method, path, json={}), 403)


def test_a_document_satisfies_its_collections_schema(ada: Person) -> None:
    path = ada.client.post("/db/shaped", json={"title": "Tidy", "tags": ["red"]}).headers["location"]
    wrong: dict[str, Any] = {"tags": ["red", "blue"], "more/~": 1}
    problem = assert_problem(ada.client.post("/db/shaped", json=wrong), 422)
    assert sorted(fault["path"] for fault in problem["errors"]) == ["", "", "/tags/1"]
    problem = assert_problem(ada.client.post("/db/shaped", json=[{"title": "T"}, wrong, {"title": 1}]), 422)
    assert sorted(fault["path"] for fault in problem["errors"]) == ["/1", "/1", "/1/tags/1", "/2/title"]
    assert_problem(ada.client.put(path, json={"title": ""}), 422)
    assert_problem(ada.client.patch(path, json={"title": None}), 422)
    changed = ada.client.patch(path, json={"tags": ["green"], "title": "a" * 50_000})
    assert changed.status_code == 200
    assert_problem(ada.client.patch(path, json={"title": "a" * 50_000 + "b"}), 422)
    assert ada.client.get(path).json()["version"] == 2
    assert len(ada.client.get("/db/shaped").json()["items"]) == 1


def test_a_unique_index_refuses_a_second_document(ada: Person) -> None:
    handle = unique("ada")
    made = ada.client.post("/db/accounts", json={"handle": handle})
    assert made.status_code == 201
    problem = assert_problem(ada.client.post("/db/accounts", json={"handle": handle, "x": 1}), 409)
    assert [fault["path"] for fault in problem["errors"]] == ["/handle"]
    other = ada.client.post("/db/accounts", json={"handle": unique("other")})
    for method in ("PUT", "PATCH"):
        answer = ada.client.request(method, other.headers["location"], json={"handle": handle})
        assert [fault["path"] for fault in assert_problem(answer, 409)["errors"]] == ["/handle"]
    assert ada.client.get(other.headers["location"]).json()["version"] == 1
    ada.client.delete(made.headers["location"])
    assert ada.client.post("/db/accounts", json={"handle": handle}).status_code == 201


def test_a_compound_index_is_unique_over_all_its_fields(ada: Person, grace: Person) -> None:
    for person in (ada, grace):
        answer = person.client.post("/db/accounts", json={"profile": {"rank": 1}})
        assert answer.status_code == 201
    problem = assert_problem(ada.client.post("/db/accounts", json={"profile": {"rank": 1}}), 409)
    assert [fault["path"] for fault in problem["errors"]] == ["/ownerId", "/profile/rank"]
    # Who lacks a field of it is not compared.
    for _ in range(2):
        assert ada.client.post("/db/accounts", json={"profile": {}}).status_code == 201


@pytest.mark.parametrize("at", [0, 5, 150])
def test_an_array_is_stored_up_to_the_one_that_is_refused(ada: Person, at: int) -> None:
    handles = [unique("bulk") for _ in range(300)]
    assert ada.client.post("/db/accounts", json={"handle": handles[at]}).status_code == 201
    answer = ada.client.post("/db/accounts", json=[{"handle": handle} for handle in handles])
    assert answer.status_code == 409
    problem = answer.json()
    assert [fault["path"] for fault in problem["errors"]] == [f"/{at}"]
    assert [one["handle"] for one in problem["created"]] == handles[:at]
    for created in problem["created"][:3]:
        assert ada.client.get(f"/db/accounts/{created['id']}").json() == created
    listed = ada.client.get("/db/accounts", params={"limit": 1000}).json()["items"]
    assert {one["handle"] for one in listed if one.get("handle") in handles} == set(handles[: at + 1])


def test_an_array_with_a_key_is_refused_in_the_same_way_again(ada: Person) -> None:
    handles = [unique("keyed") for _ in range(6)]
    taken = ada.client.post("/db/accounts", json={"handle": handles[4]}).headers["location"]
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    bodies = [{"handle": handle} for handle in handles]
    first = ada.client.post("/db/accounts", json=bodies, headers=headers)
    again = ada.client.post("/db/accounts", json=bodies, headers=headers)
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.json() == again.json()
    assert len(first.json()["created"]) == 4
    # Once nothing is in the way, the rest follows.
    ada.client.delete(taken)
    done = ada.client.post("/db/accounts", json=bodies, headers=headers)
    assert done.status_code == 201
    assert [one["handle"] for one in done.json()] == handles
    assert done.json()[:4] == first.json()["created"]


def test_of_creates_at_once_each_has_its_own_outcome(ada: Person) -> None:
    handles = [unique("race") for _ in range(10)] * 4
    with ThreadPoolExecutor(20) as pool:
        statuses = list(
            pool.map(
                lambda handle: ada.client.post("/db/accounts", json={"handle": handle}).status_code, handles
            )
        )
    assert sorted(statuses) == [201] * 10 + [409] * 30


def test_what_is_declared_no_longer_is_kept_with_its_rules(start_api: Callable[..., CoreApi]) -> None:
    first = start_api(
        configuration={"collections": (DeclaredCollection(name="own", rules=DeclaredRules(read="owner")),)}
    )
    ada = new_person(first)
    document = ada.client.post("/db/own", json={"a": 1}).json()
    second = start_api(database=first.database)
    eventually(
        lambda: any("declares a collection no longer" in line["message"] for line in second.log_lines()),
        within=10,
    )
    grace = new_person(second)
    assert [one["rules"]["read"] for one in grace.client.get("/collections").json()] == ["owner"]
    assert grace.client.get("/db/own").json()["items"] == []
    assert_problem(grace.client.get(f"/db/own/{document['id']}"), 404)


def test_a_schema_that_is_none_lets_nothing_be_written(start_api: Callable[..., CoreApi]) -> None:
    schema = {"$ref": "http://127.0.0.1:9/never-asked"}
    api = start_api(configuration={"collections": (DeclaredCollection(name="broken", schema=schema),)})
    problem = assert_problem(new_person(api).client.post("/db/broken", json={}), 422)
    assert "/schema" in problem["errors"][0]["path"]
