"""`Idempotency-Key` on `POST /files`: a retry makes no second file."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from support.core_api import CoreApi, Person, assert_problem, new_person
from support.ferretdb import PASSWORD, USERNAME, FerretDB

pytestmark = pytest.mark.timeout(60)


def upload(client: httpx.Client, key: str, content: bytes = b"hello", **fields: str) -> httpx.Response:
    file = {"file": ("a.txt", content, "text/plain")}
    return client.post("/files", files=file, data=fields, headers={"Idempotency-Key": key})


def count(person: Person) -> int:
    return len(person.client.get("/files").json()["items"])


@pytest.fixture
def key() -> str:
    return secrets.token_hex(8)


def test_a_retry_is_answered_as_the_first_and_makes_nothing(ada: Person, key: str) -> None:
    first = upload(ada.client, key, bucket="b")
    path = first.headers["location"]
    ada.client.patch(path, json={"filename": "other"})
    again = upload(ada.client, key, bucket="b")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == path
    assert count(ada) == 1
    # Also when the file is gone: it was made once.
    ada.client.delete(path)
    assert upload(ada.client, key, bucket="b").json() == first.json()
    assert count(ada) == 0


def test_a_key_is_one_users_and_one_uploads(ada: Person, grace: Person, key: str) -> None:
    assert upload(ada.client, key).status_code == 201
    for fields in ({"bucket": "b"}, {"public": "true"}):
        assert_problem(upload(ada.client, key, **fields), 422)
    problem = assert_problem(upload(ada.client, key, b"other"), 422)
    assert problem["errors"][0]["path"] == "Idempotency-Key"
    assert upload(grace.client, key, b"other").status_code == 201
    assert (count(ada), count(grace)) == (1, 1)
    assert_problem(upload(ada.client, ""), 422)
    assert_problem(upload(ada.client, "x" * 200), 422)


def test_of_retries_at_once_all_get_the_one_file(api: CoreApi, ada: Person, key: str) -> None:
    def send(_: int) -> dict[str, Any]:
        with api.client(headers=ada.client.headers) as client:
            answer = upload(client, key, bytes(100_000))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    with ThreadPoolExecutor(6) as pool:
        files = list(pool.map(send, range(6)))
    assert all(file == files[0] for file in files)
    assert count(ada) == 1


def test_a_retry_needs_no_room_of_its_own(start_api: Callable[..., CoreApi], key: str) -> None:
    api = start_api(configuration={"quota_per_user": 3_000_000})
    ada = new_person(api)
    first = upload(ada.client, key, bytes(2_900_000))
    assert upload(ada.client, key, bytes(2_900_000)).json() == first.json()
    assert_problem(upload(ada.client, secrets.token_hex(8), bytes(200_000)), 507)


def test_a_retry_after_a_crash_finds_the_file_that_was_kept(
    start_api: Callable[..., CoreApi], ferretdb: FerretDB, key: str
) -> None:
    """As after a process that died between keeping the file and saying so."""
    api = start_api()
    ada = new_person(api)
    first = upload(ada.client, key).json()
    # A cache without the outcome.
    other = start_api(
        database=api.database, redis_database=3, BACKPACK_FILES_DIRECTORY=str(api.files_directory)
    )
    body = {"email": ada.email, "password": ada.password, "token": True}
    with other.client() as client:
        token = client.post("/auth/login", json=body).json()["token"]
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {token}"
        assert_problem(upload(client, key, b"other"), 422)
        again = upload(client, key)
        assert (again.status_code, again.json()) == (201, first)
        assert client.get(again.headers["location"]).content == b"hello"
    with MongoClient(
        ferretdb.host, username=USERNAME, password=PASSWORD, authSource="admin", directConnection=True
    ) as mongo:
        assert mongo[api.database]["files"].count_documents({}) == 1
