"""`Idempotency-Key`: a request that is sent again is carried out once."""

import json
import secrets
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support.core_api import CoreApi, Person, assert_problem, new_person, sign_in
from support.redis import Redis, redis_command

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def tasks(ada: Person) -> str:
    return ada.make_collection()


def post(person: Person, path: str, body: object, key: str) -> httpx.Response:
    return person.client.post(path, json=body, headers={"Idempotency-Key": key})


def forget_retries(redis: Redis) -> None:
    keys = redis_command(redis, "KEYS", "retry:*")
    assert isinstance(keys, list)
    assert keys
    redis_command(redis, "DEL", *keys)


def new_key() -> str:
    return str(uuid.uuid4())


def test_the_same_request_again_gives_the_same_answer(ada: Person, tasks: str) -> None:
    key = new_key()
    first = post(ada, tasks, {"a": 1, "b": {"c": 2}}, key)
    assert first.status_code == 201
    ada.client.patch(first.headers["location"], json={"a": 2})
    again = ada.client.post(tasks, content='{"b":{"c":2},  "a":1}', headers={"Idempotency-Key": f'"{key}"'})
    assert again.status_code == 201
    assert again.json() == first.json()
    assert (again.headers["location"], again.headers["etag"]) == (first.headers["location"], '"1"')
    assert len(ada.client.get(tasks).json()["items"]) == 1


def test_even_after_the_document_is_gone(ada: Person, tasks: str) -> None:
    key = new_key()
    first = post(ada, tasks, {"a": 1}, key)
    ada.client.delete(first.headers["location"])
    assert post(ada, tasks, {"a": 1}, key).json() == first.json()
    assert ada.client.get(tasks).json()["items"] == []


def test_an_array_too(ada: Person, tasks: str) -> None:
    key, bodies = new_key(), [{"n": n} for n in range(250)]
    first = post(ada, tasks, bodies, key)
    assert [one["n"] for one in first.json()] == list(range(250))
    assert post(ada, tasks, bodies, key).json() == first.json()
    assert ada.client.get(tasks, params={"limit": 1000}).json()["items"] == first.json()
    assert post(ada, tasks, [], new_key()).json() == []


def test_a_key_is_for_one_request_only(ada: Person, tasks: str) -> None:
    key, other = new_key(), ada.make_collection()
    post(ada, tasks, {"a": 1}, key)
    for path, body in ((tasks, {"a": 2}), (tasks, [{"a": 1}]), (other, {"a": 1})):
        problem = assert_problem(post(ada, path, body, key), 422)
        assert [fault["path"] for fault in problem["errors"]] == ["Idempotency-Key"]
    assert len(ada.client.get(tasks).json()["items"]) == 1


def test_a_key_is_its_users_own(ada: Person, grace: Person, tasks: str) -> None:
    key = new_key()
    mine, hers = post(ada, tasks, {"a": 1}, key), post(grace, tasks, {"a": 1}, key)
    assert mine.json()["id"] != hers.json()["id"]
    assert hers.json()["ownerId"] == grace.id


def test_a_request_that_was_refused_leaves_its_key_free(ada: Person, tasks: str) -> None:
    key = new_key()
    assert_problem(post(ada, tasks, {"$a": 1}, key), 422)
    assert post(ada, tasks, {"a": 1}, key).status_code == 201


def test_requests_at_once_are_one(ada: Person, tasks: str) -> None:
    key = new_key()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: post(ada, tasks, {"a": 1}, key), range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(ada.client.get(tasks).json()["items"]) == 1


def test_a_collection_is_made_once(ada: Person) -> None:
    key, name = new_key(), f"c{secrets.token_hex(4)}"
    first = post(ada, "/collections", {"name": name}, key)
    again = post(ada, "/collections", {"name": name}, key)
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, again.json())
    assert_problem(post(ada, "/collections", {"name": f"{name}x"}, key), 422)
    assert_problem(post(ada, "/collections", {"name": name}, new_key()), 409)


@pytest.mark.parametrize("key", ["", '""', "x" * 129, "a\tb", "\xe4"])
def test_a_key_is_short_and_printable(ada: Person, tasks: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    problem = assert_problem(ada.client.post(tasks, json={}, headers=headers), 422)  # type: ignore[arg-type]
    assert [fault["path"] for fault in problem["errors"]] == ["Idempotency-Key"]


def test_documents_stand_where_a_key_of_uuid_version_7_says(ada: Person, tasks: str) -> None:
    before = ada.client.post(tasks, json={}).json()["id"]
    milliseconds = time.time_ns() // 1_000_000
    key = uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | secrets.randbits(62))
    made = [one["id"] for one in post(ada, tasks, [{}, {}, {}], str(key)).json()]
    after = ada.client.post(tasks, json={}).json()["id"]
    assert sorted([after, *made, before]) == [before, *made, after]


def test_what_redis_forgot_the_documents_ids_still_know(
    ada: Person, grace: Person, tasks: str, redis: Redis
) -> None:
    """A process that dies after it has stored a document, and before it has kept the answer,
    leaves the document with an id that the next try arrives at too."""
    key, bulk_key = new_key(), new_key()
    first = post(ada, tasks, {"a": 1}, key).json()
    bulk = post(ada, tasks, [{"n": n} for n in range(5)], bulk_key).json()
    ada.client.delete(f"{tasks}/{bulk[4]['id']}")
    forget_retries(redis)
    assert post(ada, tasks, {"a": 1}, key).json() == first
    again = post(ada, tasks, [{"n": n} for n in range(5)], bulk_key).json()
    assert [one["id"] for one in again] == [one["id"] for one in bulk]
    assert again[:4] == bulk[:4]
    assert len(ada.client.get(tasks).json()["items"]) == 6
    forget_retries(redis)
    assert_problem(post(ada, tasks, {"a": 2}, key), 422)


def test_a_try_that_was_killed_is_carried_out_by_the_next(start_api: Callable[..., CoreApi]) -> None:
    first = start_api()
    ada = new_person(first)
    tasks, key = ada.make_collection(), new_key()
    bodies = [{"n": n, "text": "x" * 2000} for n in range(1000)]
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(lambda: post(ada, tasks, bodies, key))
        while not ada.client.get(tasks, params={"limit": 1}).json()["items"]:
            pass
        first.kill()
        with pytest.raises(httpx.TransportError):
            sent.result()
    second = start_api(database=first.database)
    again = sign_in(second, ada.email, ada.password)
    answer = post(again, tasks, bodies, key)
    while answer.status_code == 409:
        answer = post(again, tasks, bodies, key)
    assert answer.status_code == 201, answer.text
    listed = again.client.get(tasks, params={"limit": 1000, "fields": "n"}).json()["items"]
    assert [one["n"] for one in listed] == list(range(1000))
    assert [one["id"] for one in listed] == [one["id"] for one in json.loads(answer.text)]
