"""Who may do what with documents."""

import httpx
import pytest

from support.core_api import Person, assert_problem

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def tasks(ada: Person) -> str:
    return ada.make_collection()


def test_another_user_reads_but_changes_nothing(ada: Person, grace: Person, tasks: str) -> None:
    document = ada.client.post(tasks, json={"a": 1}).json()
    path = f"{tasks}/{document['id']}"
    assert grace.client.get(path).json() == document
    assert grace.client.get(tasks).json()["items"] == [document]
    for method in ("PUT", "PATCH", "DELETE"):
        for body in ({"a": 2}, {"ownerId": grace.id}):
            assert_problem(grace.client.request(method, path, json=body), 403)
    assert ada.client.get(path).json() == document


def test_without_a_session_every_verb_is_401(anyone: httpx.Client, ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={"a": 1}).headers["location"]
    for method, target in (
        ("GET", tasks),
        ("POST", tasks),
        ("GET", path),
        ("PUT", path),
        ("PATCH", path),
        ("DELETE", path),
    ):
        assert_problem(anyone.request(method, target, json={}), 401)


def test_who_has_no_session_does_not_learn_which_collections_there_are(
    anyone: httpx.Client, tasks: str
) -> None:
    there, not_there = anyone.get(tasks), anyone.get("/db/no-such-collection")
    assert assert_problem(there, 401) == assert_problem(not_there, 401)


@pytest.mark.parametrize(
    "name", ["users", "files", "sessions", "collections", "c_tasks", "$cmd", "system.users", "A"]
)
def test_what_is_no_collection_of_clients_is_404(ada: Person, name: str) -> None:
    for method, path in (("GET", f"/db/{name}"), ("POST", f"/db/{name}"), ("GET", f"/db/{name}/{ada.id}")):
        answer = ada.client.request(method, path, json={})
        assert_problem(answer, 404)
        assert ada.email not in answer.text


def test_a_document_is_found_in_its_own_collection_only(ada: Person, tasks: str) -> None:
    other = ada.make_collection()
    document = ada.client.post(tasks, json={}).json()
    assert_problem(ada.client.get(f"{other}/{document['id']}"), 404)


@pytest.mark.parametrize("document_id", ["x", "x" * 3000, "%00", "..", "%2e%2e%2fusers", "*", "{}"])
def test_a_strange_id_is_404(ada: Person, tasks: str, document_id: str) -> None:
    assert_problem(ada.client.get(httpx.URL(f"{ada.client.base_url}{tasks}/{document_id}")), 404)
