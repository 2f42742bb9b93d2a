"""`users.*` on the admin socket."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import GOOD_PASSWORD, CoreApi, Person, assert_problem, new_email, new_person, sign_in
from support.sockets import Refused, Socket, socket_of
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

OTHER_PASSWORD = "another horse battery"


@pytest.fixture
def person(admin_api: CoreApi) -> Person:
    return new_person(admin_api)


def status_of(call: Callable[[], Any]) -> int:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.status


def log_in(api: CoreApi, email: str, password: str) -> httpx.Response:
    return httpx.post(f"{api.public}/auth/login", json={"email": email, "password": password}, timeout=20)


def test_a_user_is_made_shown_changed_and_deleted(admin_api: CoreApi, console: Socket) -> None:
    email = new_email()
    made = console.call("users.create", email=email.upper(), password=GOOD_PASSWORD, profile={"a": 1, "b": 2})
    assert set(made) == {"id", "email", "profile", "createdAt", "updatedAt", "disabled"}
    assert (made["email"], made["disabled"]) == (email, False)
    assert sign_in(admin_api, email, GOOD_PASSWORD).id == made["id"]

    shown = console.call("users.get", userId=made["id"])
    assert {key: shown[key] for key in made} == made
    assert [set(one) for one in shown["sessions"]] == [{"id", "createdAt", "lastSeenAt", "userAgent"}]

    other = new_email()
    changed = console.call("users.update", userId=made["id"], email=other, profile={"a": None, "c": 3})
    assert (changed["email"], changed["profile"]) == (other, {"b": 2, "c": 3})

    assert console.call("users.delete", userId=made["id"]) is None
    assert status_of(lambda: console.call("users.get", userId=made["id"])) == 404
    assert_problem(log_in(admin_api, other, GOOD_PASSWORD), 401)


def test_what_is_wrong_is_refused(console: Socket, person: Person) -> None:
    def create(email: str, password: str = GOOD_PASSWORD) -> int:
        return status_of(lambda: console.call("users.create", email=email, password=password))

    assert create(person.email) == 409
    assert create("nobody") == 422
    assert create(new_email(), "short") == 422
    assert status_of(lambda: console.call("users.setPassword", userId=person.id, password="short")) == 422
    for op in ("get", "update", "disable", "enable", "delete", "endSessions"):
        assert status_of(lambda op=op: console.call(f"users.{op}", userId="nobody")) == 404  # type: ignore[misc]


def test_a_list_in_every_order_neither_repeats_nor_skips(admin_api: CoreApi, console: Socket) -> None:
    mark = new_email().partition("@")[0]
    emails = [f"{letter}.{mark}@example.com" for letter in "dbeac"]
    for email in emails:
        console.call("users.create", email=email, password=GOOD_PASSWORD)

    def listed(sort: str, limit: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            page = console.call("users.list", search=mark.upper(), sort=sort, limit=limit, cursor=cursor)
            assert len(page["items"]) <= limit
            found += [user["email"] for user in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                return found

    for limit in (2, 5, 50):
        assert listed("createdAt", limit) == emails
        assert listed("-createdAt", limit) == emails[::-1]
        assert listed("email", limit) == sorted(emails)
        assert listed("-email", limit) == sorted(emails, reverse=True)
    first = console.call("users.list", search=mark, limit=2, total=True)
    assert first["total"] == 5
    other_order = {"search": mark, "sort": "email", "cursor": first["nextCursor"]}
    assert status_of(lambda: console.call("users.list", **other_order)) == 422
    assert console.call("users.list", search="nobody.has.this") == {"items": [], "nextCursor": None}
    assert console.call("users.list", search=".*") == {"items": [], "nextCursor": None}


@pytest.mark.parametrize("op", ["disable", "update", "endSessions", "setPassword", "delete"])
def test_who_is_sent_away_is_out_on_every_replica_within_a_second(
    start_admin_api: Callable[..., CoreApi], signer: AdminSigner, op: str
) -> None:
    first = start_admin_api()
    second = start_admin_api(database=first.database)
    person = new_person(first)
    client = second.client(headers={"Authorization": f"Bearer {person.token}"})
    fields: dict[str, dict[str, Any]] = {
        "update": {"disabled": True},
        "setPassword": {"password": OTHER_PASSWORD},
    }
    with socket_of(second, person) as there, AdminHttp(first, signer).socket() as console:
        for _ in range(5):
            assert client.get("/auth/me").status_code == 200
        console.call(f"users.{op}", userId=person.id, **fields.get(op, {}))
        eventually(lambda: client.get("/auth/sessions").status_code == 401, within=1, every=0.02)
        assert there.close_code() == 4001

    status = {"disable": 403, "update": 403, "endSessions": 200, "setPassword": 401, "delete": 401}
    assert log_in(second, person.email, GOOD_PASSWORD).status_code == status[op]
    if op == "setPassword":
        assert log_in(second, person.email, OTHER_PASSWORD).status_code == 200


def test_a_disabled_user_is_let_in_again(admin_api: CoreApi, console: Socket, person: Person) -> None:
    assert console.call("users.disable", userId=person.id)["disabled"]
    assert_problem(log_in(admin_api, person.email, person.password), 403)
    assert not console.call("users.enable", userId=person.id)["disabled"]
    assert log_in(admin_api, person.email, person.password).status_code == 200
