"""Users as administrators manage them, beside a replica that serves these users."""

import secrets
from collections.abc import AsyncIterator

import httpx
import pytest

from backpack_api.domain.accounts import ManagedUser
from backpack_api.problems import Conflict, InvalidValue, NotFound
from backpack_api.services.users import UserService
from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_email, sign_in
from support.redis import Redis, command_calls
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def users(api: CoreApi) -> AsyncIterator[UserService]:
    async with api.runtime() as runtime:
        yield runtime.users


def log_in(api: CoreApi, email: str, password: str) -> httpx.Response:
    return httpx.post(f"{api.public}/auth/login", json={"email": email, "password": password}, timeout=20)


def use_until_remembered(person: Person, redis: Redis) -> None:
    """Call until the replica no longer asks the cache for the session."""

    def remembered() -> bool:
        before = command_calls(redis, "get")
        assert person.client.get("/auth/me").status_code == 200
        return command_calls(redis, "get") == before

    eventually(remembered, within=5)


def assert_refused_within_a_second(person: Person) -> None:
    eventually(lambda: person.client.get("/auth/sessions").status_code == 401, within=1, every=0.02)


async def test_a_disabled_user_is_out_within_a_second_and_cannot_come_back(
    api: CoreApi, ada: Person, users: UserService, redis: Redis
) -> None:
    use_until_remembered(ada, redis)
    assert (await users.disable(ada.id)).disabled
    assert_refused_within_a_second(ada)
    refused = assert_problem(log_in(api, ada.email, ada.password), 403)
    assert "disabled" in refused["detail"]
    wrong = assert_problem(log_in(api, ada.email, "not the password"), 401)
    assert wrong == assert_problem(log_in(api, new_email(), "not the password"), 401)
    assert not (await users.enable(ada.id)).disabled
    again = sign_in(api, ada.email, ada.password)
    assert "disabled" not in again.client.get("/auth/me").json()


async def test_a_new_password_ends_all_sessions(
    api: CoreApi, ada: Person, users: UserService, redis: Redis
) -> None:
    use_until_remembered(ada, redis)
    with pytest.raises(InvalidValue):
        await users.set_password(ada.id, "short")
    assert ada.client.get("/auth/sessions").status_code == 200
    await users.set_password(ada.id, "another good password")
    assert_refused_within_a_second(ada)
    assert_problem(log_in(api, ada.email, ada.password), 401)
    assert sign_in(api, ada.email, "another good password").id == ada.id


async def test_ended_sessions_leave_the_account(
    api: CoreApi, ada: Person, users: UserService, redis: Redis
) -> None:
    use_until_remembered(ada, redis)
    await users.end_sessions(ada.id)
    assert_refused_within_a_second(ada)
    assert sign_in(api, ada.email, ada.password).id == ada.id


async def test_a_deleted_user_is_gone(api: CoreApi, ada: Person, users: UserService, redis: Redis) -> None:
    use_until_remembered(ada, redis)
    await users.delete(ada.id)
    assert_refused_within_a_second(ada)
    assert_problem(log_in(api, ada.email, ada.password), 401)
    with pytest.raises(NotFound):
        await users.get(ada.id)


async def test_a_user_is_made_and_changed(api: CoreApi, ada: Person, users: UserService) -> None:
    email = new_email()
    made = await users.create(email.upper(), GOOD_PASSWORD, {"name": "Grace", "a": 1})
    assert made.to_json_object() == {**sign_in(api, email, GOOD_PASSWORD).client.get("/auth/me").json()} | {
        "disabled": False
    }
    other = new_email()
    changed = await users.update(made.user.id, email=other, profile={"a": None, "b": 2})
    assert (changed.user.email, changed.user.profile) == (other, {"name": "Grace", "b": 2})
    assert sign_in(api, other, GOOD_PASSWORD).id == made.user.id
    assert_problem(log_in(api, email, GOOD_PASSWORD), 401)
    for taken in (ada.email, ada.email.upper()):
        with pytest.raises(Conflict):
            await users.update(made.user.id, email=taken)
        with pytest.raises(Conflict):
            await users.create(taken, GOOD_PASSWORD)
    assert (await users.get(made.user.id)).user.email == other


async def test_users_are_found_by_a_part_of_their_address_page_by_page(users: UserService) -> None:
    mark = secrets.token_hex(6)
    made = [await users.create(f"{n}.{mark}+x@example.com", GOOD_PASSWORD) for n in range(5)]
    found: list[ManagedUser] = []
    cursor = None
    while True:
        page = await users.page(search=f".{mark.upper()}+", limit=2, cursor=cursor, total=True)
        assert page.total == 5
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == made
    # It is text, and no pattern.
    assert (await users.page(search=f".{mark}.x")).items == []
    assert len((await users.page(limit=3)).items) == 3
    for wrong in ({"limit": 0}, {"limit": 1001}, {"search": "x" * 255}, {"cursor": "x"}):
        with pytest.raises(InvalidValue):
            await users.page(**wrong)  # type: ignore[arg-type]


async def test_an_id_that_no_user_has_is_not_found(users: UserService) -> None:
    for call in (
        users.get("x"),
        users.update("x", profile={}),
        users.disable("x"),
        users.enable("x"),
        users.delete("x"),
        users.set_password("x", GOOD_PASSWORD),
        users.end_sessions("x"),
    ):
        with pytest.raises(NotFound):
            await call
