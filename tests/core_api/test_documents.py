"""`/db/{collection}`: documents, their versions and their limits."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support.core_api import Person, assert_problem

pytestmark = pytest.mark.timeout(60)

SYSTEM_FIELDS = {"id", "ownerId", "version", "createdAt", "updatedAt"}


@pytest.fixture
def tasks(ada: Person) -> str:
    return ada.make_collection()


def nested(levels: int) -> dict[str, object]:
    """A document of so many levels."""
    document: dict[str, object] = {}
    for _ in range(levels - 1):
        document = {"a": document}
    return document


def test_a_document_comes_back_as_it_was_written(ada: Person, tasks: str) -> None:
    fields = {
        "title": "größer 🎒\u0000",
        "done": False,
        "none": None,
        "numbers": [0, -1, 2**53, -(2**63), 2**63 - 1, 0.1, 1e300, -2.5],
        "nested": {"list": [{"a": {"b": []}}, "x", None]},
        "_id": {"_id": "mine"},
        "__proto__": {"x": 1},
        "data": {"data": 1},
        "": None,
    }
    del fields[""]
    created = ada.client.post(tasks, json=fields)
    assert created.status_code == 201
    document = created.json()
    assert {key: document[key] for key in document if key not in SYSTEM_FIELDS} == fields
    assert document["ownerId"] == ada.id
    assert document["version"] == 1
    assert document["createdAt"] == document["updatedAt"]
    assert created.headers["etag"] == '"1"'
    assert created.headers["location"] == f"{tasks}/{document['id']}"
    assert ada.client.get(created.headers["location"]).json() == document
    assert ada.client.get(tasks).json()["items"] == [document]


def test_integers_beyond_64_bits_become_the_doubles_that_they_are_in_javascript(
    ada: Person, tasks: str
) -> None:
    body = f'{{"a": {2**63}, "b": {10**20}, "c": [{-(2**63) - 1}]}}'
    created = ada.client.post(tasks, content=body)
    assert created.status_code == 201
    assert ada.client.get(created.headers["location"]).json()["a"] == float(2**63)


def test_a_negative_zero_is_answered_as_it_is_kept(ada: Person, tasks: str) -> None:
    created = ada.client.post(tasks, content='{"a": -0.0, "b": [-0.0]}')
    assert ada.client.get(created.headers["location"]).text == created.text


def test_who_may_not_write_is_told_so_before_the_body_is_read(
    ada: Person, tasks: str, anyone: httpx.Client
) -> None:
    path = ada.client.post(tasks, json={}).headers["location"]
    for body in (b"{", b" " * (16 * 1024 * 1024 + 1)):
        for method, where in (("POST", tasks), ("PUT", path), ("PATCH", path)):
            assert_problem(anyone.request(method, where, content=body), 401)
    assert_problem(ada.client.post("/db/nope", content=b"{"), 404)


def test_what_a_client_sends_for_system_fields_is_ignored(ada: Person, grace: Person, tasks: str) -> None:
    forged = {"id": "mine", "ownerId": grace.id, "version": 9, "createdAt": "x", "updatedAt": 0, "a": 1}
    document = ada.client.post(tasks, json=forged).json()
    path = f"{tasks}/{document['id']}"
    assert document["id"] != "mine"
    assert (document["ownerId"], document["version"]) == (ada.id, 1)
    for method in ("PUT", "PATCH"):
        changed = ada.client.request(method, path, json=forged).json()
        assert (changed["id"], changed["ownerId"]) == (document["id"], ada.id)
        assert changed["createdAt"] == document["createdAt"]
    assert changed["version"] == 3


def test_put_replaces_patch_merges_delete_answers_what_was_there(ada: Person, tasks: str) -> None:
    document = ada.client.post(tasks, json={"a": 1, "b": {"c": 1, "d": 2}}).json()
    path = f"{tasks}/{document['id']}"
    patched = ada.client.patch(path, json={"a": None, "b": {"c": None, "e": [None]}})
    assert patched.status_code == 200
    assert patched.headers["etag"] == '"2"'
    assert {k: v for k, v in patched.json().items() if k not in SYSTEM_FIELDS} == {"b": {"d": 2, "e": [None]}}
    replaced = ada.client.put(path, json={"z": None})
    assert {k: v for k, v in replaced.json().items() if k not in SYSTEM_FIELDS} == {"z": None}
    assert replaced.json()["updatedAt"] >= replaced.json()["createdAt"]
    removed = ada.client.delete(path)
    assert removed.status_code == 200
    assert removed.json() == replaced.json()
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert_problem(ada.client.request(method, path, json={}), 404)


def test_put_never_creates(ada: Person, tasks: str) -> None:
    assert_problem(ada.client.put(f"{tasks}/01a20a84-49cc-7000-b5ad-6ef992a505f8", json={}), 404)
    assert ada.client.get(tasks).json()["items"] == []


def test_a_merge_patch_may_come_under_its_own_media_type(ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={"a": 1}).headers["location"]
    headers = {"Content-Type": "application/merge-patch+json"}
    assert ada.client.patch(path, content=b'{"b":2}', headers=headers).json()["b"] == 2


def test_if_match_names_the_version_that_is_meant(ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={"a": 1}).headers["location"]
    for stale in ('"7"', 'W/"1"', 'w/"1"', "1", '"1', '"1"x', '"1" "1"', "", '*, "1"'):
        for method in ("PUT", "PATCH", "DELETE", "GET"):
            answer = ada.client.request(method, path, json={}, headers={"If-Match": stale})
            assert_problem(answer, 412)
    for fresh in ('"1"', '"9", "2"', "*", '"4","9"'):
        assert ada.client.patch(path, json={"b": 1}, headers={"If-Match": fresh}).status_code == 200
    assert_problem(ada.client.put(path, json={}, headers={"If-None-Match": "*"}), 412)
    assert ada.client.get(path).json()["version"] == 5


def test_a_version_that_one_has_is_not_sent_again(ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={"a": 1}).headers["location"]
    answer = ada.client.get(path, headers={"If-None-Match": 'W/"1"'})
    assert answer.status_code == 304
    assert answer.headers["etag"] == '"1"'
    assert answer.content == b""
    ada.client.patch(path, json={})
    assert ada.client.get(path, headers={"If-None-Match": '"1"'}).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_of_changes_at_once_to_the_same_version_one_succeeds(ada: Person, tasks: str, method: str) -> None:
    path = ada.client.post(tasks, json={}).headers["location"]

    def change(number: int) -> int:
        headers = {"If-Match": '"1"'}
        return ada.client.request(method, path, json={"n": number}, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(8)))
    lost = 404 if method == "DELETE" else 412
    assert statuses == [200] + [lost] * 7


def test_changes_at_once_without_a_version_are_all_kept(ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={}).headers["location"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: ada.client.patch(path, json={f"k{n}": n}), range(18)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 20))
    document = ada.client.get(path).json()
    assert {k: v for k, v in document.items() if k not in SYSTEM_FIELDS} == {f"k{n}": n for n in range(18)}


def test_many_documents_are_created_in_order(ada: Person, tasks: str) -> None:
    answer = ada.client.post(tasks, json=[{"n": number} for number in range(1000)])
    assert answer.status_code == 201
    assert [document["n"] for document in answer.json()] == list(range(1000))
    listed = ada.client.get(tasks, params={"limit": 1000}).json()
    assert listed == {"items": answer.json(), "nextCursor": None}
    assert ada.client.post(tasks, json=[]).json() == []
    assert_problem(ada.client.post(tasks, json=[{}] * 1001), 413)


def test_one_invalid_element_and_nothing_is_written(ada: Person, tasks: str) -> None:
    problem = assert_problem(ada.client.post(tasks, json=[{"a": 1}, {"b": {"$c": 1}}, 3]), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["/1/b/$c", "/2"]
    assert ada.client.get(tasks).json()["items"] == []


@pytest.mark.parametrize("body", ["3", '"x"', "null", "true"])
def test_a_document_is_an_object(ada: Person, tasks: str, body: str) -> None:
    assert_problem(ada.client.post(tasks, content=body), 422)
    path = ada.client.post(tasks, json={}).headers["location"]
    assert_problem(ada.client.put(path, content=body), 422)
    assert_problem(ada.client.patch(path, content=body), 422)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": 1,}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_json_is_400(ada: Person, tasks: str, body: bytes) -> None:
    assert_problem(ada.client.post(tasks, content=body), 400)


@pytest.mark.parametrize("key", ["", "$set", "a.b", "nul\0", "k" * 257])
def test_a_key_that_is_not_allowed_is_422_wherever_it_stands(ada: Person, tasks: str, key: str) -> None:
    for document in ({key: 1}, {"a": {key: 1}}, {"a": [{key: 1}]}):
        problem = assert_problem(ada.client.post(tasks, json=document), 422)
        assert len(problem["errors"]) == 1
    path = ada.client.post(tasks, json={}).headers["location"]
    assert_problem(ada.client.patch(path, json={"a": {key: 1}}), 422)
    assert ada.client.get(path).json()["version"] == 1


def test_the_longest_key_is_kept(ada: Person, tasks: str) -> None:
    assert ada.client.post(tasks, json={"k" * 256: 1}).json()["k" * 256] == 1


def test_a_document_is_32_levels_deep_at_most(ada: Person, tasks: str) -> None:
    kept = ada.client.post(tasks, json=nested(32))
    assert kept.status_code == 201
    assert ada.client.get(kept.headers["location"]).status_code == 200
    assert_problem(ada.client.post(tasks, json=nested(33)), 422)
    assert_problem(ada.client.post(tasks, content=b'{"a":' * 5000 + b"1" + b"}" * 5000), 422)
    assert_problem(ada.client.patch(kept.headers["location"], json=nested(33)), 422)


def test_a_document_is_one_mebibyte_at_most(ada: Person, tasks: str) -> None:
    room = 1024 * 1024 - len(json.dumps({"a": ""}, separators=(",", ":")))
    kept = ada.client.post(tasks, json={"a": "x" * room})
    assert kept.status_code == 201
    assert_problem(ada.client.post(tasks, json={"a": "x" * (room + 1)}), 413)
    assert_problem(ada.client.patch(kept.headers["location"], json={"b": 1}), 413)


def test_a_body_is_16_mebibytes_at_most(ada: Person, tasks: str) -> None:
    too_large = b" " * (16 * 1024 * 1024 + 1)
    assert_problem(ada.client.post(tasks, content=too_large), 413)

    def chunks() -> object:
        yield from (b" " * 1024 * 1024 for _ in range(17))

    assert_problem(ada.client.post(tasks, content=chunks()), 413)  # type: ignore[arg-type]


def test_an_engine_without_nested_arrays_says_so(ada: Person, tasks: str) -> None:
    problem = assert_problem(ada.client.post(tasks, json={"a": [{"b": [[1]]}]}), 422)
    assert problem["errors"][0]["path"] == "/a/0/b/0"


def test_head_is_served_where_get_is(ada: Person, tasks: str) -> None:
    path = ada.client.post(tasks, json={"a": 1}).headers["location"]
    for where in (tasks, path, "/collections"):
        head, get = ada.client.head(where), ada.client.get(where)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers.get("etag") == get.headers.get("etag")
    assert ada.client.head(path, headers={"If-None-Match": '"1"'}).status_code == 304
