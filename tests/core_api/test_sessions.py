"""Sessions: what is kept of them, how long they live, what ends them."""

import hashlib
import time
from collections.abc import Callable

import httpx
import orjson
import pytest

from support.core_api import CoreApi, Person, assert_problem, new_person, sign_in
from support.redis import Redis, command_calls, redis_command
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


def session_key(token: str) -> str:
    return "session:" + hashlib.sha256(token.encode()).hexdigest()


def test_only_a_digest_of_the_token_is_kept(ada: Person, redis: Redis) -> None:
    keys = redis_command(redis, "KEYS", "*")
    assert isinstance(keys, list)
    assert session_key(ada.token).encode() in keys
    assert not any(ada.token.encode() in key for key in keys)
    assert ada.token.encode() not in redis_command(redis, "GET", session_key(ada.token))  # type: ignore[operator]


def test_a_session_lives_a_week(ada: Person, redis: Redis) -> None:
    left = redis_command(redis, "TTL", session_key(ada.token))
    assert 168 * 3600 - 60 < left <= 168 * 3600  # type: ignore[operator]


def test_a_session_that_ran_out_is_refused(ada: Person, redis: Redis) -> None:
    assert ada.client.get("/auth/me").status_code == 200
    redis_command(redis, "PEXPIRE", session_key(ada.token), "1")
    eventually(lambda: ada.client.get("/auth/me").status_code == 401, within=8)
    assert_problem(ada.client.get("/auth/me"), 401)


def test_reading_does_not_write_to_the_cache(ada: Person, redis: Redis) -> None:
    redis_command(redis, "EXPIRE", session_key(ada.token), "1000")
    for _ in range(3):
        assert ada.client.get("/auth/me").status_code == 200
    assert redis_command(redis, "TTL", session_key(ada.token)) <= 1000  # type: ignore[operator]


def test_reading_a_document_asks_nothing_of_the_cache(ada: Person, redis: Redis) -> None:
    path = ada.client.post(ada.make_collection(), json={"a": 1}).headers["location"]

    assert ada.client.get(path).status_code == 200
    before = command_calls(redis, "get")
    for _ in range(100):
        assert ada.client.get(path).status_code == 200
    # Now and then one looks again, and other work of the API has questions of its own.
    assert command_calls(redis, "get") - before < 10


def test_use_after_a_while_starts_the_time_to_live_anew(ada: Person, redis: Redis) -> None:
    key = session_key(ada.token)
    value = redis_command(redis, "GET", key)
    assert isinstance(value, bytes)
    session = orjson.loads(value)
    session["seen"] -= 3600
    redis_command(redis, "SET", key, orjson.dumps(session).decode(), "EX", "1000")
    assert ada.client.get("/auth/me").status_code == 200
    assert redis_command(redis, "TTL", key) > 168 * 3600 - 60  # type: ignore[operator]


def test_a_session_ends_when_its_time_to_live_does_although_it_is_remembered(
    start_api: Callable[..., CoreApi], redis: Redis
) -> None:
    api = start_api(configuration={"session_ttl_seconds": 2}, redis_database=0)
    ada = new_person(api)
    began = time.monotonic()
    while time.monotonic() - began < 3:
        assert ada.client.get("/auth/sessions").status_code == 200, "in use, it lives on"
    key = session_key(ada.token)
    eventually(lambda: redis_command(redis, "EXISTS", key) == 0, within=4, every=0.01)
    assert_problem(ada.client.get("/auth/sessions"), 401)


def test_one_sees_and_ends_ones_own_sessions(api: CoreApi, ada: Person, grace: Person) -> None:
    other = sign_in(api, ada.email, ada.password)
    answer = ada.client.get("/auth/sessions")
    sessions = answer.json()
    assert len(sessions) == 2
    assert all(set(one) == {"id", "createdAt", "lastSeenAt", "userAgent", "current"} for one in sessions)
    assert sessions[0]["userAgent"].startswith("python-httpx")
    for secret in (ada.token, other.token, session_key(ada.token)[8:], session_key(other.token)[8:]):
        assert secret not in answer.text
    (foreign,) = [one["id"] for one in sessions if not one["current"]]
    assert_problem(grace.client.delete(f"/auth/sessions/{foreign}"), 404)
    assert other.client.get("/auth/me").status_code == 200
    assert ada.client.delete(f"/auth/sessions/{foreign}").status_code == 204
    assert_problem(other.client.get("/auth/me"), 401)
    assert_problem(ada.client.delete(f"/auth/sessions/{foreign}"), 404)
    assert [one["current"] for one in ada.client.get("/auth/sessions").json()] == [True]


def test_logging_out_ends_one_session(api: CoreApi, ada: Person) -> None:
    other = sign_in(api, ada.email, ada.password)
    answer = ada.client.post("/auth/logout")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert_problem(ada.client.get("/auth/me"), 401)
    assert other.client.get("/auth/me").status_code == 200


def test_logging_out_everywhere_ends_all(api: CoreApi, ada: Person, grace: Person) -> None:
    other = sign_in(api, ada.email, ada.password)
    assert other.client.post("/auth/logout-all").status_code == 204
    assert_problem(ada.client.get("/auth/me"), 401)
    assert_problem(other.client.get("/auth/me"), 401)
    assert grace.client.get("/auth/me").status_code == 200


def test_logs_tell_no_secret(api: CoreApi, ada: Person) -> None:
    ada.client.get("/auth/me", params={"key": "a-query-secret"}, headers={"X-Request-Id": "find-me-1"})
    httpx.post(f"{api.public}/auth/login", json={"email": ada.email, "password": "not a password"})
    text = api.log_text()
    for secret in (ada.token, ada.email, ada.password, "not a password", "a-query-secret", "argon2id"):
        assert secret not in text
    (line,) = [line for line in api.log_lines() if line.get("requestId") == "find-me-1"]
    assert line["backpack"] == "todo"
    assert line["namespace"] == "apps"
    assert line["method"] == "GET"
    assert line["path"] == "/auth/me"
    assert line["status"] == 200
    assert line["ms"] > 0
