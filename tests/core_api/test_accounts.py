"""`/auth`: registering, signing in and out, one's own account."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from support.core_api import (
    COOKIE,
    GOOD_PASSWORD,
    SITE_ORIGIN,
    CoreApi,
    Person,
    assert_problem,
    new_email,
    new_person,
    sign_in,
)
from support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


def register(client: httpx.Client, **body: object) -> httpx.Response:
    return client.post("/auth/register", json=body)


def test_registering_answers_the_user_and_nothing_secret(anyone: httpx.Client) -> None:
    email = new_email()
    answer = register(anyone, email=email.upper(), password=GOOD_PASSWORD, profile={"name": "Ada"})
    assert answer.status_code == 201
    user = answer.json()
    assert set(user) == {"id", "email", "profile", "createdAt", "updatedAt"}
    assert user["email"] == email
    assert user["profile"] == {"name": "Ada"}
    assert user["createdAt"].endswith("Z")
    assert len(user["createdAt"]) == len("2026-01-31T23:59:59.123Z")
    assert "argon2" not in answer.text
    assert "set-cookie" not in answer.headers


def test_an_address_has_one_account_in_whatever_case(anyone: httpx.Client) -> None:
    email = new_email()
    assert register(anyone, email=email, password=GOOD_PASSWORD).status_code == 201
    assert_problem(register(anyone, email=email.title(), password=GOOD_PASSWORD), 409)


def test_of_registrations_at_once_one_succeeds(api: CoreApi) -> None:
    email = new_email()
    with ThreadPoolExecutor(8) as pool, api.client() as client:
        answers = list(pool.map(lambda _: register(client, email=email, password=GOOD_PASSWORD), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"email": "not an address", "password": GOOD_PASSWORD}, "/email"),
        ({"email": "a@b", "password": GOOD_PASSWORD}, "/email"),
        ({"email": 7, "password": GOOD_PASSWORD}, "/email"),
        ({"password": GOOD_PASSWORD}, "/email"),
        ({"email": "a@example.com", "password": "short"}, "/password"),
        ({"email": "a@example.com", "password": "aaaaaaaaaaaaaaa"}, "/password"),
        ({"email": "someone@example.com", "password": "Someone@Example.com"}, "/password"),
        ({"email": "a@example.com", "password": "x" * 1025 + "abc"}, "/password"),
        ({"email": "a@example.com", "password": GOOD_PASSWORD, "profile": []}, "/profile"),
        ({"email": "a@example.com", "password": GOOD_PASSWORD, "profile": {"$a": 1}}, "/profile/$a"),
        ({"email": "a@example.com", "password": GOOD_PASSWORD, "role": "admin"}, "/role"),
    ],
)
def test_a_bad_registration_names_what_is_wrong(
    anyone: httpx.Client, body: dict[str, object], path: str
) -> None:
    problem = assert_problem(register(anyone, **body), 422)
    assert [fault["path"] for fault in problem["errors"]] == [path]


def test_a_body_that_is_no_object_is_422(anyone: httpx.Client) -> None:
    assert_problem(anyone.post("/auth/register", json=["x"]), 422)


def test_the_faults_of_a_body_are_json_pointers(anyone: httpx.Client) -> None:
    body = {"email": "ada@example.com", "password": GOOD_PASSWORD, "a/b~": 1}
    problem = assert_problem(anyone.post("/auth/register", json=body), 422)
    assert problem["errors"] == [{"path": "/a~1b~0", "message": "is not known here"}]
    many = assert_problem(anyone.post("/auth/login", json={f"k{n}": n for n in range(1000)}), 422)
    assert len(many["errors"]) == 20


@pytest.mark.parametrize("path", ["/auth/register", "/auth/login"])
def test_who_has_no_session_can_send_a_mebibyte_at_most(anyone: httpx.Client, path: str) -> None:
    assert_problem(anyone.post(path, content=b" " * (1024 * 1024 + 1)), 413)


def test_a_password_whose_characters_expand_is_refused_like_any_other(anyone: httpx.Client) -> None:
    login = {"email": new_email(), "password": "\ufdfa" * 1024}
    assert_problem(anyone.post("/auth/login", json=login), 401)
    assert_problem(anyone.post("/auth/register", json=login), 422)


def test_a_login_sets_a_cookie_that_scripts_cannot_read(api: CoreApi, ada: Person) -> None:
    with api.client() as browser:
        answer = browser.post("/auth/login", json={"email": ada.email.upper(), "password": ada.password})
        assert answer.status_code == 200
        assert set(answer.json()) == {"user"}
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith(f"{COOKIE}=")
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "SameSite=Lax" in answer.headers["set-cookie"]
        assert "secure" not in cookie
        assert "domain" not in cookie
        assert browser.get("/auth/me").json()["id"] == ada.id


def test_cookie_and_token_are_one_session(api: CoreApi, ada: Person) -> None:
    with api.client() as browser:
        answer = browser.post(
            "/auth/login", json={"email": ada.email, "password": ada.password, "token": True}
        )
        token = answer.json()["token"]
        assert browser.cookies[COOKIE] == token
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.post(f"{api.public}/auth/logout", headers=bearer).status_code == 204
        assert_problem(browser.get("/auth/me"), 401)


def test_an_unknown_address_and_a_wrong_password_read_the_same(anyone: httpx.Client, ada: Person) -> None:
    unknown = anyone.post("/auth/login", json={"email": new_email(), "password": GOOD_PASSWORD})
    wrong = anyone.post("/auth/login", json={"email": ada.email, "password": "not the password"})
    nonsense = anyone.post("/auth/login", json={"email": "nonsense", "password": "x"})
    assert assert_problem(unknown, 401) == assert_problem(wrong, 401) == assert_problem(nonsense, 401)
    assert {"set-cookie"}.isdisjoint(wrong.headers)


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    start_api: Callable[..., CoreApi],
) -> None:
    """With the cost that is the default in production, so that it would show."""
    api = start_api(BACKPACK_PASSWORD_MEMORY_KIB="19456", BACKPACK_PASSWORD_ROUNDS="2")
    with api.client() as client:
        known = [new_email() for _ in range(4)]
        for email in known:
            register(client, email=email, password=GOOD_PASSWORD)

        def seconds(email: str) -> float:
            began = time.perf_counter()
            answer = client.post("/auth/login", json={"email": email, "password": "not the password"})
            assert answer.status_code == 401
            return time.perf_counter() - began

        def ratio() -> float:
            # In turns, so that whatever else the machine does slows both.
            pairs = [(seconds(email), seconds(new_email())) for email in known]
            wrong, unknown = zip(*pairs, strict=True)
            return statistics.median(wrong) / statistics.median(unknown)

        # Without a hash to verify it would be a tenth.
        assert eventually(lambda: 0.6 < ratio() < 1.7, within=20), "in one round of a few"


def test_of_many_guesses_at_once_few_are_tried(anyone: httpx.Client, ada: Person) -> None:
    def guess(email: str) -> int:
        body = {"email": email, "password": "a wrong guess"}
        return anyone.post("/auth/login", json=body).status_code

    for email in (ada.email, new_email()):
        with ThreadPoolExecutor(30) as pool:
            statuses = list(pool.map(guess, [email] * 30))
        assert set(statuses) == {401, 429}
        # The fifth starts the wait; with it one more may have had its turn already.
        assert 5 <= statuses.count(401) <= 6


async def test_a_hash_of_other_parameters_is_made_anew_at_the_next_login(
    start_api: Callable[..., CoreApi],
) -> None:
    old = start_api()
    ada = new_person(old)
    new = start_api(database=old.database, BACKPACK_PASSWORD_MEMORY_KIB="128", BACKPACK_PASSWORD_ROUNDS="2")
    async with new.runtime() as runtime:

        async def kept() -> str:
            stored = await runtime.account_records.by_id(ada.id)
            assert stored is not None
            return stored.password_hash

        assert "m=64,t=1" in await kept()
        with pytest.raises(AssertionError, match="wrong"):
            sign_in(new, ada.email, "not the password")
        assert "m=64,t=1" in await kept()
        assert sign_in(new, ada.email, ada.password).id == ada.id
        renewed = await kept()
        assert "m=128,t=2" in renewed
        assert sign_in(new, ada.email, ada.password).id == ada.id
        assert await kept() == renewed


def test_repeated_failures_are_slowed_down_for_known_and_unknown_alike(
    anyone: httpx.Client, ada: Person
) -> None:
    for email in (ada.email, new_email()):
        statuses = [
            anyone.post("/auth/login", json={"email": email, "password": "a wrong guess"}).status_code
            for _ in range(6)
        ]
        assert statuses == [401] * 5 + [429]
        refused = anyone.post("/auth/login", json={"email": email, "password": "a wrong guess"})
        assert_problem(refused, 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_slowed_account_is_not_locked_out(api: CoreApi, anyone: httpx.Client, ada: Person) -> None:
    for _ in range(5):
        anyone.post("/auth/login", json={"email": ada.email, "password": "a wrong guess"})
    refused = anyone.post("/auth/login", json={"email": ada.email, "password": ada.password})
    assert_problem(refused, 429)

    def signed_in() -> Person:
        return sign_in(api, ada.email, ada.password)

    assert eventually(signed_in, within=int(refused.headers["retry-after"]) + 1).id == ada.id


def test_an_address_is_slowed_down_as_its_trusted_proxy_names_it(
    start_api: Callable[..., CoreApi],
) -> None:
    api = start_api(BACKPACK_TRUSTED_PROXIES='["127.0.0.0/8"]')
    body = {"email": "someone@example.com", "password": "a wrong guess"}
    with api.client() as client:

        def attempt(forwarded: str) -> int:
            body["email"] = new_email()
            return client.post("/auth/login", json=body, headers={"X-Forwarded-For": forwarded}).status_code

        # What a client puts before the proxy's own entry changes nothing.
        statuses = {attempt(f"203.0.113.{number}, 198.51.100.7") for number in range(50)}
        assert statuses == {401}
        assert attempt("203.0.113.99, 198.51.100.7") == 429
        assert attempt("198.51.100.8") == 401


def test_the_profile_is_merged(ada: Person) -> None:
    first = ada.client.patch("/auth/me", json={"profile": {"name": "Ada", "links": {"a": 1, "b": 2}}})
    assert first.status_code == 200
    second = ada.client.patch("/auth/me", json={"profile": {"name": None, "links": {"a": None, "c": 3}}})
    assert second.json()["profile"] == {"links": {"b": 2, "c": 3}}
    assert ada.client.get("/auth/me").json() == second.json()


def test_changes_of_a_profile_at_once_are_all_kept(ada: Person) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda number: ada.client.patch("/auth/me", json={"profile": {f"k{number}": number}}),
                range(8),
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert ada.client.get("/auth/me").json()["profile"] == {f"k{n}": n for n in range(8)}


@pytest.mark.parametrize("field", ["email", "id", "passwordHash"])
def test_nothing_but_the_profile_can_be_patched(ada: Person, field: str) -> None:
    assert_problem(ada.client.patch("/auth/me", json={"profile": {}, field: "x"}), 422)


def test_a_profile_has_limits(ada: Person) -> None:
    assert_problem(ada.client.patch("/auth/me", json={"profile": {"a.b": 1}}), 422)
    assert_problem(ada.client.patch("/auth/me", json={"profile": {"a": "x" * 70_000}}), 413)


def test_a_new_password_ends_the_other_sessions(api: CoreApi, ada: Person) -> None:
    other = sign_in(api, ada.email, ada.password)
    wrong = ada.client.post("/auth/password", json={"current": "wrong one", "new": "another good one"})
    assert_problem(wrong, 403)
    weak = ada.client.post("/auth/password", json={"current": ada.password, "new": "weak"})
    assert assert_problem(weak, 422)["errors"][0]["path"] == "/new"
    changed = ada.client.post("/auth/password", json={"current": ada.password, "new": "another good one"})
    assert changed.status_code == 204
    assert ada.client.get("/auth/me").status_code == 200
    assert_problem(other.client.get("/auth/me"), 401)
    old = httpx.post(f"{api.public}/auth/login", json={"email": ada.email, "password": ada.password})
    assert_problem(old, 401)
    assert sign_in(api, ada.email, "another good one").id == ada.id


def test_an_account_is_deleted_with_its_password_only(api: CoreApi, ada: Person) -> None:
    other = sign_in(api, ada.email, ada.password)
    tasks = ada.make_collection()
    document = ada.client.post(tasks, json={"a": 1}).json()
    assert_problem(ada.client.request("DELETE", "/auth/me", json={"password": "wrong one"}), 403)
    assert_problem(ada.client.request("DELETE", "/auth/me", json={}), 422)
    assert ada.client.request("DELETE", "/auth/me", json={"password": ada.password}).status_code == 204
    assert_problem(ada.client.get("/auth/me"), 401)
    assert_problem(other.client.get("/auth/me"), 401)
    login = httpx.post(f"{api.public}/auth/login", json={"email": ada.email, "password": ada.password})
    assert_problem(login, 401)
    again = httpx.post(
        f"{api.public}/auth/register", json={"email": ada.email, "password": GOOD_PASSWORD}, timeout=20
    )
    assert again.json()["id"] != ada.id
    reader = sign_in(api, ada.email, GOOD_PASSWORD).client
    assert reader.get(f"{tasks}/{document['id']}").json()["ownerId"] == ada.id


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/auth/logout", None),
        ("POST", "/auth/logout-all", None),
        ("GET", "/auth/me", None),
        ("PATCH", "/auth/me", {"profile": {}}),
        ("DELETE", "/auth/me", {"password": "x"}),
        ("POST", "/auth/password", {"current": "x", "new": "y"}),
        ("GET", "/auth/sessions", None),
        ("DELETE", "/auth/sessions/x", None),
        ("GET", "/collections", None),
        ("POST", "/collections", {"name": "x"}),
    ],
)
@pytest.mark.parametrize("token", [None, "x" * 43, "short"])
def test_without_a_live_session_nothing_is_served(
    anyone: httpx.Client, method: str, path: str, body: object, token: str | None
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = anyone.request(method, path, json=body, headers=headers)
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_secure_backpack_uses_the_host_prefix(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(secure_cookies=True)
    email = new_email()
    with api.client() as client:
        register(client, email=email, password=GOOD_PASSWORD)
        answer = client.post("/auth/login", json={"email": email, "password": GOOD_PASSWORD, "token": True})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"__Host-{COOKIE}=")
        assert "secure" in cookie.lower()
        token = answer.json()["token"]
    for name, status in ((f"__Host-{COOKIE}", 200), (COOKIE, 401)):
        headers = {"Cookie": f"{name}={token}", "Origin": SITE_ORIGIN}
        assert httpx.get(f"{api.public}/auth/me", headers=headers).status_code == status
