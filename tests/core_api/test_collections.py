"""`/collections`."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.core_api import CoreApi, Person, assert_problem, new_person

pytestmark = pytest.mark.timeout(60)

DEFAULT_RULES = {"read": "user", "create": "user", "update": "owner", "delete": "owner"}


def test_a_new_collection_has_the_default_rules_and_works_at_once(ada: Person) -> None:
    name = f"tasks-{secrets.token_hex(4)}"
    answer = ada.client.post("/collections", json={"name": name})
    assert answer.status_code == 201
    assert answer.json() == {"name": name, "rules": DEFAULT_RULES}
    assert answer.headers["location"] == f"/db/{name}"
    assert {"name": name, "rules": DEFAULT_RULES} in ada.client.get("/collections").json()
    assert ada.client.get(f"/db/{name}").json() == {"items": [], "nextCursor": None}


def test_a_name_is_taken_once(ada: Person, grace: Person) -> None:
    name = f"c{secrets.token_hex(4)}"
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda who: who.client.post("/collections", json={"name": name}), [ada, grace] * 3)
        )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


@pytest.mark.parametrize(
    "name",
    ["", "Tasks", "1a", "_a", "a b", "a.b", "a/b", "$a", "ä", "a\0", "a" * 64, "users", "files", 7, None],
)
def test_a_bad_or_reserved_name_is_422(ada: Person, name: object) -> None:
    problem = assert_problem(ada.client.post("/collections", json={"name": name}), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["/name"]


def test_the_longest_name_works(ada: Person) -> None:
    name = "a" + secrets.token_hex(31)
    assert len(name) == 63
    path = ada.make_collection(name)
    assert ada.client.post(path, json={}).status_code == 201


def test_names_that_differ_little_are_different_collections(ada: Person) -> None:
    stem = f"c{secrets.token_hex(4)}"
    dash, underscore = ada.make_collection(f"{stem}-a"), ada.make_collection(f"{stem}_a")
    ada.client.post(dash, json={"a": 1})
    assert len(ada.client.get(dash).json()["items"]) == 1
    assert ada.client.get(underscore).json()["items"] == []


@pytest.mark.long
def test_a_backpack_has_at_most_200_collections(start_api: Callable[..., CoreApi]) -> None:
    api = start_api()
    ada = new_person(api)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(
            pool.map(
                lambda number: ada.client.post("/collections", json={"name": f"c{number}"}).status_code,
                range(204),
            )
        )
    assert statuses.count(201) == 200
    assert statuses.count(409) == 4
    assert len(ada.client.get("/collections").json()) == 200
