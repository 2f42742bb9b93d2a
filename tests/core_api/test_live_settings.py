"""What the configuration says holds from the next request on, without a restart."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from backpack_api.app import public_app
from backpack_api.runtime import Runtime
from backpack_api.services.sessions import digest_of
from support.core_api import COOKIE, GOOD_PASSWORD, SITE_ORIGIN, CoreApi, Person, assert_problem, new_email
from support.redis import Redis, redis_command

pytestmark = pytest.mark.timeout(60)

KEY = "bp_pk_of_the_tests"
APP = "https://app.example.com"


@asynccontextmanager
async def serving(api: CoreApi) -> AsyncIterator[tuple[Runtime, httpx.AsyncClient]]:
    """A replica in this process, whose configuration a test can change."""
    async with api.runtime() as runtime:
        transport = httpx.ASGITransport(public_app(runtime))
        async with httpx.AsyncClient(transport=transport, base_url="http://replica") as client:
            yield runtime, client


def put_in_force(runtime: Runtime, **changes: Any) -> None:
    current = runtime.live.current
    assert runtime.live.replace(replace(current, generation=current.generation + 1, **changes))


async def test_registration_closes_and_opens(api: CoreApi) -> None:
    async with serving(api) as (runtime, client):

        async def register() -> httpx.Response:
            body = {"email": new_email(), "password": GOOD_PASSWORD}
            return await client.post("/auth/register", json=body)

        assert (await register()).status_code == 201
        put_in_force(runtime, registration="closed")
        assert "closed" in assert_problem(await register(), 403)["detail"]
        put_in_force(runtime, registration="open")
        assert (await register()).status_code == 201


async def test_the_shortest_password_changes(api: CoreApi, ada: Person) -> None:
    async with serving(api) as (runtime, client):
        put_in_force(runtime, password_min_length=len(GOOD_PASSWORD) + 1)
        refused = assert_problem(
            await client.post("/auth/register", json={"email": new_email(), "password": GOOD_PASSWORD}), 422
        )
        assert refused["errors"] == [{"path": "/password", "message": "needs at least 22 characters"}]
        bearer = {"Authorization": f"Bearer {ada.token}"}
        change = {"current": ada.password, "new": "a" + GOOD_PASSWORD[1:]}
        assert_problem(await client.post("/auth/password", json=change, headers=bearer), 422)
        put_in_force(runtime, password_min_length=10)
        assert (await client.post("/auth/password", json=change, headers=bearer)).status_code == 204


async def test_the_time_to_live_of_sessions_changes(api: CoreApi, ada: Person, redis: Redis) -> None:
    async def lives(headers: dict[str, str], client: httpx.AsyncClient) -> int:
        assert (await client.get("/auth/sessions", headers=headers)).status_code == 200
        digest = digest_of(headers["Authorization"].removeprefix("Bearer "))
        left = redis_command(redis, "TTL", f"session:{digest}")
        assert isinstance(left, int)
        return left

    async with serving(api) as (runtime, client):
        put_in_force(runtime, session_ttl_seconds=600)
        old = {"Authorization": f"Bearer {ada.token}"}
        assert await lives(old, client) <= 600, "a session that is in use takes on the new time"
        body = {"email": ada.email, "password": ada.password, "token": True}
        token = (await client.post("/auth/login", json=body)).json()["token"]
        client.cookies.clear()
        assert 590 <= await lives({"Authorization": f"Bearer {token}"}, client) <= 600


async def test_an_allowed_origin_comes_and_goes(api: CoreApi, ada: Person) -> None:
    async with serving(api) as (runtime, client):
        headers = {"Cookie": f"{COOKIE}={ada.token}", "Origin": APP}
        preflight = {"Origin": APP, "Access-Control-Request-Method": "PATCH"}

        async def patch() -> httpx.Response:
            return await client.patch("/auth/me", json={"profile": {"a": 1}}, headers=headers)

        assert_problem(await patch(), 403)
        assert_problem(await client.options("/auth/me", headers=preflight), 403)
        # As people write them: with a slash, with the scheme's own port.
        put_in_force(runtime, allowed_origins=("HTTPS://App.example.com:443/", "not an origin", "*"))
        allowed = await patch()
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == APP
        assert allowed.headers["access-control-allow-credentials"] == "true"
        assert allowed.headers["vary"] == "Origin"
        answered = await client.options("/auth/me", headers=preflight)
        assert answered.status_code == 204
        assert answered.headers["access-control-allow-origin"] == APP
        for other in (f"{APP}:8443", APP.replace("https", "http"), f"{APP}.evil.example", "*", "null"):
            assert_problem(await client.post("/auth/logout", headers={"Origin": other}), 403)
        put_in_force(runtime, allowed_origins=())
        assert_problem(await patch(), 403)


async def test_a_key_is_required_and_no_longer(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(BACKPACK_PUBLISHABLE_KEY=KEY)
    async with serving(api) as (runtime, client):
        assert (await client.get("/auth/me")).json()["type"] == "/problems/not-signed-in"
        put_in_force(runtime, require_key=True)
        assert (await client.get("/auth/me")).json()["type"] == "/problems/key-required"
        put_in_force(runtime, require_key=False)
        assert (await client.get("/auth/me")).json()["type"] == "/problems/not-signed-in"


def test_with_require_key_every_call_but_a_few_needs_it(
    start_api: Callable[..., CoreApi],
) -> None:
    api = start_api(BACKPACK_PUBLISHABLE_KEY=KEY, configuration={"require_key": True})
    with api.client() as client:
        for path in ("/healthz", "/readyz", "/site", "/site/", "/site/app"):
            assert client.get(path).status_code != 401
        preflight = {"Origin": SITE_ORIGIN, "Access-Control-Request-Method": "POST"}
        assert client.options("/auth/login", headers=preflight).status_code == 204
        for path in ("/", "/nope", "/auth/me", "/docs", "/openapi.json", "/sites", "/healthz/", "/readyz/x"):
            for headers in ({}, {"X-Backpack-Key": "wrong"}, {"X-Backpack-Key": ""}, {"Origin": SITE_ORIGIN}):
                refused = client.get(path, headers=headers)
                assert assert_problem(refused, 401)["type"] == "/problems/key-required"
                assert refused.headers["www-authenticate"] == "Backpack-Key"
                assert ("access-control-allow-origin" in refused.headers) == ("Origin" in headers)
        # Whether something is served is not told to who has no key.
        assert_problem(client.post("/auth/register", content=b"{"), 401)
        assert_problem(client.options("/auth/me"), 401)
        body = {"email": new_email(), "password": GOOD_PASSWORD}
        with_header = client.post("/auth/register", json=body, headers={"X-Backpack-Key": KEY})
        assert with_header.status_code == 201
        assert client.post("/auth/login", params={"key": KEY}, json=body).status_code == 200
        assert client.get("/auth/me", params={"key": KEY}).status_code == 200
    assert KEY not in api.log_text()


def test_a_backpack_without_a_key_that_requires_one_is_closed(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(configuration={"require_key": True})
    with api.client() as client:
        for headers in ({}, {"X-Backpack-Key": ""}, {"X-Backpack-Key": "None"}):
            assert_problem(client.get("/auth/me", headers=headers), 401)
        assert client.get("/healthz").status_code == 200


async def test_during_a_rotation_two_publishable_keys_count_and_pages_are_told_the_first(
    start_api: Callable[..., CoreApi],
) -> None:
    api = start_api(BACKPACK_PUBLISHABLE_KEY=KEY)

    async with serving(api) as (runtime, client):

        async def admits(key: str) -> bool:
            answer = await client.get("/collections", headers={"X-Backpack-Key": key})
            return bool(answer.json()["type"] == "/problems/not-signed-in")

        put_in_force(runtime, require_key=True, publishable_keys=("bp_pk_new", KEY))
        assert await admits(KEY)
        assert await admits("bp_pk_new")
        assert not await admits("bp_pk_other")
        assert (await client.get("/site/__backpack/init.json")).json()["key"] == "bp_pk_new"
        put_in_force(runtime, publishable_keys=("bp_pk_new",))
        assert not await admits(KEY)
        put_in_force(runtime, publishable_keys=())
        assert await admits(KEY)
        assert (await client.get("/site/__backpack/init.json")).json()["key"] == KEY
