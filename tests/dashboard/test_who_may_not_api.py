"""Who may not do what by the JSON API: every route, with every token that must not get by."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute

from backpack_contract.admins import API_TOKEN_PREFIX, secret_name
from backpack_dashboard.domain.sessions import digest
from backpack_dashboard.domain.tokens import SCOPES, ApiToken, whole
from backpack_dashboard.routes.api.application import API_ROUTERS
from backpack_dashboard.routes.api.dependencies import called_by
from support.dashboard import Dashboard, Visitor
from support.dashboard_program import ALL, Program, new_token, revoke
from support.waiting import eventually

FOREIGN = "adas-program"


def scope_of(route: APIRoute) -> str:
    """The one scope that the route needs."""
    needed = [
        scope
        for one in route.dependant.dependencies
        if one.call is called_by
        for scope in one.own_oauth_scopes or ()
    ]
    assert len(needed) == 1, f"{route.path} must ask for one scope"
    return needed[0]


ROUTES = [
    (method, route.path, scope_of(route))
    for router in API_ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
OF_ONE = [case for case in ROUTES if "{namespace}" in case[1]]


@pytest.fixture(scope="module")
def adas(dashboard: Dashboard, ada: Visitor) -> SimpleNamespace:
    """A backpack that names ada."""
    dashboard.cluster.backpack(dashboard.namespace, FOREIGN, admins=["ada"])
    place = SimpleNamespace(namespace=dashboard.namespace, name=FOREIGN)
    eventually(lambda: ada.get(f"/backpacks/{place.namespace}/{FOREIGN}").status_code == 200, within=20)
    return place


def filled(path: str, place: Any) -> str:
    values = {"namespace": place.namespace, "name": place.name}
    values |= dict.fromkeys(("user_id", "release_id"), "some")
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, f"give `filled` a value for {path}"
    return path


def none(*_: object) -> None:
    return None


def wrong(dashboard: Dashboard, ada: Visitor) -> str:
    token = new_token(ada)
    revoke(ada, token)
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def of_nobody(*_: object) -> str:
    return whole("nobody", "0" * 12, "x" * 43)


def no_token(*_: object) -> str:
    return "Zm9v"


def revoked(dashboard: Dashboard, ada: Visitor) -> str:
    token = new_token(ada, *ALL)
    assert Program(dashboard, token).status() == 200
    revoke(ada, token)
    return token


def expired(dashboard: Dashboard, ada: Visitor) -> str:
    text, now = whole("ada", "0" * 12, "x" * 43), datetime.now(UTC)
    token = ApiToken("0" * 12, "old", digest(text), tuple(SCOPES), now - timedelta(days=7), now)
    dashboard.cluster.api.merge(
        f"/api/v1/namespaces/{dashboard.own}/secrets/{secret_name('ada')}",
        {"stringData": {f"{API_TOKEN_PREFIX}{token.id}": token.to_json()}},
    )
    assert "Expired" in ada.get("/account/tokens").text
    return text


def a_session(dashboard: Dashboard, ada: Visitor) -> str:
    return next(iter(ada.client.cookies.values()))


@pytest.mark.parametrize("make", [none, wrong, of_nobody, no_token, revoked, expired, a_session])
def test_nobody_gets_in_without_a_token_that_counts(
    dashboard: Dashboard,
    ada: Visitor,
    adas: SimpleNamespace,
    make: Callable[[Dashboard, Visitor], str | None],
) -> None:
    program = Program(dashboard, make(dashboard, ada))

    first = program.send("GET", "/me")
    assert first.status_code == 401
    assert first.headers["content-type"] == "application/problem+json"
    assert first.headers["www-authenticate"] == "Bearer"
    assert "page Account" in first.json()["detail"]
    for method, path, _ in ROUTES:
        answer = program.send(method, filled(path, adas))
        # The same text again and again is slowed down.
        assert answer.status_code in (401, 429), (method, path)
        assert "backpack" not in answer.json().get("errors", "")


def test_a_cookie_opens_nothing(dashboard: Dashboard, ada: Visitor, adas: SimpleNamespace) -> None:
    browser = {"Cookie": ada.cookie, **ada.headers}
    program = Program(dashboard, None, **browser)

    assert ada.get("/account").status_code == 200
    for method, path, _ in ROUTES:
        assert program.status(method, filled(path, adas)) == 401, (method, path)


def test_a_token_opens_no_page(dashboard: Dashboard, ada: Visitor) -> None:
    token = new_token(ada, *ALL)
    stranger = dashboard.visitor()
    sent = {"Authorization": f"Bearer {token}", "HX-Request": "true"}

    assert stranger.client.get("/account", headers=sent).status_code == 401
    assert stranger.client.post("/new", data={"name": "no"}, headers=sent).status_code == 403
    assert stranger.client.get(f"/?token={token}", headers={"HX-Request": "true"}).status_code == 401
    assert Program(dashboard, None).status("GET", f"/me?token={token}&access_token={token}") == 401
    revoke(ada, token)


@pytest.fixture(scope="module")
def strangers(dashboard: Dashboard, bob: Visitor) -> Iterator[Program]:
    """A program that may do everything to bob's backpacks."""
    token = new_token(bob, *ALL)
    yield Program(dashboard, token)
    revoke(bob, token)


@pytest.mark.parametrize(("method", "path", "scope"), OF_ONE)
def test_a_backpack_of_somebody_else_is_not_there(
    adas: SimpleNamespace, strangers: Program, method: str, path: str, scope: str
) -> None:
    missing = SimpleNamespace(namespace=adas.namespace, name="missing")
    body = {"spec": {}, "password": "correct horse", "email": "eve@example.com"}
    sent = body if method in ("PATCH", "PUT") else None

    foreign = strangers.send(method, filled(path, adas), sent)
    absent = strangers.send(method, filled(path, missing), sent)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_does_only_what_its_scopes_allow(
    dashboard: Dashboard, ada: Visitor, adas: SimpleNamespace, scope: str
) -> None:
    token = new_token(ada, *({scope} - {"read"}))
    program = Program(dashboard, token)

    for method, path, needed in ROUTES:
        if needed not in (scope, "read"):
            answer = program.send(method, filled(path, adas))
            assert answer.status_code == 403, (method, path)
            assert f"`{needed}`" in answer.json()["detail"]
    revoke(ada, token)


def test_a_token_is_what_its_admin_is_now(dashboard: Dashboard, adas: SimpleNamespace) -> None:
    program = Program(dashboard, new_token(dashboard.account("tom")))
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.own}/backpackadmins/tom"
    one = filled("/backpacks/{namespace}/{name}", adas)

    def change(**spec: Any) -> None:
        dashboard.cluster.api.merge(path, {"spec": spec})

    assert program.status("GET", one) == 404
    change(role="owner")
    eventually(lambda: program.get("/me")["role"] == "owner", within=20, every=0.05)
    with program.lines(f"{one}/watch") as lines:
        assert next(lines)["type"] == "backpack"
        change(role="developer")
        assert list(lines)[-1] == {"type": "end", "reason": "signedOut"}
    assert program.status("GET", one) == 404
    assert program.get("/backpacks") == {"items": []}

    change(role="owner")
    eventually(lambda: program.status("GET", one) == 200, within=20, every=0.05)
    with program.lines(f"{one}/watch") as lines:
        assert next(lines)["type"] == "backpack"
        change(disabled=True)
        assert list(lines)[-1] == {"type": "end", "reason": "signedOut"}
    assert program.status() == 401

    change(disabled=False)
    # A text that was wrong a moment ago may have to wait.
    eventually(lambda: program.status() == 200, within=20)
    dashboard.cluster.api.request("DELETE", path)
    eventually(lambda: program.status() == 401, within=20, every=0.05)
