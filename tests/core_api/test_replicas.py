"""Two processes on the same stores behave as one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_email, new_person

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def replicas(start_api: Callable[..., CoreApi]) -> tuple[CoreApi, CoreApi]:
    first = start_api()
    return first, start_api(database=first.database)


def on(api: CoreApi, person: Person) -> Person:
    """The same session at another replica."""
    client = api.client(headers={"Authorization": f"Bearer {person.token}"})
    return Person(person.id, person.email, person.password, person.token, client)


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
    assert_problem(here.client.get("/auth/me"), 401)


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
