"""Two processes on the same stores behave as one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_email, new_person, sign_in
from support.ferretdb import FerretDB
from support.redis import Redis, command_calls
from support.tcp_proxy import tcp_proxy
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def replicas(start_api: Callable[..., CoreApi]) -> tuple[CoreApi, CoreApi]:
    first = start_api()
    return first, start_api(database=first.database)


def on(api: CoreApi, person: Person) -> Person:
    """The same session at another replica."""
    client = api.client(headers={"Authorization": f"Bearer {person.token}"})
    return Person(person.id, person.email, person.password, person.token, client)


def assert_refused_within_a_second(person: Person) -> None:
    began = time.monotonic()
    eventually(lambda: person.client.get("/auth/sessions").status_code == 401, within=1, every=0.02)
    assert time.monotonic() - began < 1.1


def is_remembered(person: Person, redis: Redis) -> bool:
    """Whether a call with this session asks the cache for it no more."""
    before = command_calls(redis, "get")
    assert person.client.get("/auth/me").status_code == 200
    return command_calls(redis, "get") == before


def test_sessions_and_collections_are_seen_at_once_by_the_other(replicas: tuple[CoreApi, CoreApi]) -> None:
    first, second = replicas
    here = new_person(first)
    there = on(second, here)
    assert there.client.get("/auth/me").json()["id"] == here.id
    for number in range(5):
        assert_problem(there.client.get(f"/db/c{number}"), 404)
        path = here.make_collection(f"c{number}")
        created = there.client.post(path, json={"a": 1})
        assert created.status_code == 201
        assert here.client.get(path).json()["items"] == [created.json()]
    assert there.client.post("/auth/logout").status_code == 204
    assert_problem(there.client.get("/auth/me"), 401)
    assert_refused_within_a_second(here)


def test_races_between_replicas_have_one_winner(replicas: tuple[CoreApi, CoreApi]) -> None:
    first, second = replicas
    here = new_person(first)
    there = on(second, here)
    path = here.client.post(here.make_collection("tasks"), json={}).headers["location"]
    email = new_email()

    def patch(person: Person) -> int:
        return person.client.patch(path, json={}, headers={"If-Match": '"1"'}).status_code

    def merge(number: int) -> int:
        return (here, there)[number % 2].client.patch(path, json={f"k{number}": 1}).status_code

    def register(api: CoreApi) -> int:
        with api.client() as client:
            body = {"email": email, "password": GOOD_PASSWORD}
            return client.post("/auth/register", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(patch, [here, there] * 3)) == [200] + [412] * 5
        assert set(pool.map(merge, range(12))) == {200}
        assert sorted(pool.map(register, [first, second] * 3)) == [201] + [409] * 5
    assert here.client.get(path).json()["version"] == 14


def end_own(person: Person) -> None:
    (own,) = [one["id"] for one in person.client.get("/auth/sessions").json() if one["current"]]
    assert person.client.delete(f"/auth/sessions/{own}").status_code == 204


def change_password(person: Person) -> None:
    body = {"current": person.password, "new": "another good password"}
    assert person.client.post("/auth/password", json=body).status_code == 204


def delete_account(person: Person) -> None:
    answer = person.client.request("DELETE", "/auth/me", json={"password": person.password})
    assert answer.status_code == 204


def log_out_everywhere(person: Person) -> None:
    assert person.client.post("/auth/logout-all").status_code == 204


@pytest.mark.parametrize("end", [log_out_everywhere, change_password, delete_account])
def test_a_session_that_is_in_use_elsewhere_ends_everywhere(
    replicas: tuple[CoreApi, CoreApi], redis: Redis, end: Callable[[Person], None]
) -> None:
    first, second = replicas
    ender = new_person(first)
    other = sign_in(second, ender.email, ender.password)
    there, here = on(second, other), on(first, other)
    for person in (there, here):
        eventually(partial(is_remembered, person, redis), within=5)
    end(ender)
    for person in (here, there):
        assert_refused_within_a_second(person)


def test_a_session_ends_everywhere_though_its_ending_is_not_heard(
    start_api: Callable[..., CoreApi], ferretdb: FerretDB, redis: Redis, tmp_path: Path
) -> None:
    """The other replica's reading of the stream stands still, and nothing else does."""
    first = start_api()
    with tcp_proxy(redis.host, mark=b"XREAD") as proxy:
        second = CoreApi(tmp_path, ferretdb, proxy, database=first.database, redis_database=1)
        second.start()
        try:
            here = new_person(first)
            there = on(second, here)
            eventually(lambda: is_remembered(there, redis), within=5)
            proxy.hold()
            end_own(here)
            assert_refused_within_a_second(there)
            proxy.release()
            assert_problem(there.client.get("/auth/me"), 401)
        finally:
            proxy.release()
            second.stop()
            second.close_clients()
