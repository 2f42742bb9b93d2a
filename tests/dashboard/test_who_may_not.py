"""Who may not do what: every route, with everybody who must not get by."""

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from backpack_dashboard.app import ROUTERS
from backpack_dashboard.routes.error_answers import NOT_ALLOWED, SIGNED_OUT
from support.dashboard import Dashboard, Visitor
from support.waiting import eventually

PUBLIC = {
    "/healthz",
    "/readyz",
    "/static/{path:path}",
    "/favicon.ico",
    "/setup",
    "/sign-in",
    "/invitation",
    "/register",
}
"""Everything else asks who is signed in."""
OWNERS = "/admins"

HTTP = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
SOCKETS = [
    route.path for router in ROUTERS for route in router.routes if isinstance(route, APIWebSocketRoute)
]
PRIVATE = [(method, path) for method, path in HTTP if path not in PUBLIC]
OF_ONE = [(method, path) for method, path in PRIVATE if "{namespace}" in path]
UNSAFE = [(method, path) for method, path in HTTP if method not in ("GET", "HEAD")]


@pytest.fixture(scope="module")
def adas(dashboard: Dashboard, ada: Visitor) -> SimpleNamespace:
    """A backpack that names ada."""
    name = "adas"
    dashboard.cluster.backpack(dashboard.namespace, name, admins=["ada"])
    place = SimpleNamespace(namespace=dashboard.namespace, name=name)
    eventually(lambda: ada.get(f"/backpacks/{place.namespace}/{name}").status_code == 200, within=10)
    return place


def filled(path: str, place: Any) -> str:
    values = {"namespace": place.namespace, "name": place.name}
    some = (
        "session_id",
        "token_id",
        "admin",
        "path:path",
        "user_id",
        "collection",
        "document_id",
        "file_id",
        "release_id",
    )
    values |= dict.fromkeys(some, "some")
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, f"give `filled` a value for {path}"
    return path


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nobody_gets_in_without_a_session(
    dashboard: Dashboard, adas: SimpleNamespace, method: str, path: str
) -> None:
    answer = dashboard.visitor().send(method, filled(path, adas))

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


@pytest.mark.parametrize(("method", "path"), OF_ONE)
def test_a_backpack_of_somebody_else_is_not_there(
    dashboard: Dashboard, adas: SimpleNamespace, bob: Visitor, method: str, path: str
) -> None:
    missing = SimpleNamespace(namespace=adas.namespace, name="missing")

    foreign, none = bob.send(method, filled(path, adas)), bob.send(method, filled(path, missing))
    assert foreign.status_code == none.status_code == 404
    assert foreign.text.replace(adas.name, "missing") == none.text
    assert dashboard.cluster.api.request(
        "GET", f"/apis/backpack.dev/v1alpha1/namespaces/{adas.namespace}/backpacks/{adas.name}"
    )


@pytest.mark.parametrize(("method", "path"), [case for case in PRIVATE if case[1].startswith(OWNERS)])
def test_what_is_the_owners_is_no_developers(
    ada: Visitor, adas: SimpleNamespace, method: str, path: str
) -> None:
    assert ada.send(method, filled(path, adas)).status_code == 403


@pytest.mark.parametrize(("method", "path"), UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://todo.example.test"},
        {"Origin": "null"},
        {},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=["a sibling", "null", "none", "same-site"],
)
def test_no_other_site_changes_anything(
    ada: Visitor, adas: SimpleNamespace, method: str, path: str, headers: dict[str, str]
) -> None:
    given = {**headers, "X-CSRF-Token": ada.csrf, "HX-Request": "true"}
    answer = ada.client.request(method, filled(path, adas), headers=given)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("method", "path"), [case for case in UNSAFE if case[1] not in PUBLIC])
def test_without_the_sessions_token_nothing_changes(
    ada: Visitor, adas: SimpleNamespace, method: str, path: str
) -> None:
    given = {name: value for name, value in ada.headers.items() if name != "X-CSRF-Token"}

    assert ada.client.request(method, filled(path, adas), headers=given).status_code == 403


def refused(visitor: Visitor, path: str, origin: str | None = None) -> bool:
    """Whether the socket is closed before anything comes."""
    url = visitor.dashboard.url.replace("http", "ws") + path
    headers = {"Cookie": visitor.cookie} if visitor.cookie else {}
    try:
        with connect(
            url, origin=origin or visitor.dashboard.url, additional_headers=headers, proxy=None
        ) as socket:
            socket.recv(timeout=10)
    except (InvalidStatus, ConnectionClosed):
        return True
    return False


@pytest.mark.parametrize("path", [path for path in SOCKETS if not path.endswith(OWNERS)])
def test_sockets_ask_the_same(
    dashboard: Dashboard, adas: SimpleNamespace, ada: Visitor, bob: Visitor, path: str
) -> None:
    place = filled(path, adas)

    assert not refused(ada, place)
    assert refused(dashboard.visitor(), place)
    assert refused(ada, place, origin="http://todo.example.test")
    if "{namespace}" in path:
        assert refused(bob, place)


def test_a_browser_is_told_why_a_socket_is_refused(
    dashboard: Dashboard, adas: SimpleNamespace, ada: Visitor, bob: Visitor
) -> None:
    """Without a code it would try again for ever; of a foreign origin's nothing is accepted."""
    place = f"/live/backpacks/{adas.namespace}/{adas.name}"

    assert close_code(dashboard.visitor(), place) == SIGNED_OUT
    assert close_code(bob, place) == NOT_ALLOWED
    assert close_code(ada, "/live/admins") == NOT_ALLOWED
    with pytest.raises(InvalidStatus) as foreign:
        close_code(ada, place, origin="http://todo.example.test")
    assert foreign.value.response.status_code == 403


def close_code(visitor: Visitor, path: str, origin: str | None = None) -> int | None:
    url = visitor.dashboard.url.replace("http", "ws") + path
    headers = {"Cookie": visitor.cookie} if visitor.cookie else {}
    with (
        connect(
            url, origin=Origin(origin or visitor.dashboard.url), additional_headers=headers, proxy=None
        ) as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        socket.recv(timeout=10)
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.mark.parametrize("path", [path for path in SOCKETS if path.endswith(OWNERS)])
def test_sockets_of_owners_are_no_developers(
    dashboard: Dashboard, owner: Visitor, ada: Visitor, path: str
) -> None:
    assert not refused(owner, path)
    assert refused(ada, path)
    assert refused(dashboard.visitor(), path)
    assert refused(owner, path, origin="http://todo.example.test")


def test_every_page_says_what_browsers_must_not_do(ada: Visitor, dashboard: Dashboard) -> None:
    for answer in (ada.get("/"), ada.get("/nothing"), dashboard.visitor().get("/sign-in")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
