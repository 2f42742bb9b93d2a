"""Owners and the accounts of others: what they do counts at once, and locks nobody out."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from backpack_contract.admins import secret_name
from backpack_dashboard.services.sessions import LOOK_EVERY
from support.dashboard import PASSWORD, Dashboard, Visitor
from support.waiting import eventually

WITHIN = 20
SIGNED_OUT = 4001


def admins(dashboard: Dashboard, name: str = "") -> str:
    return f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.own}/backpackadmins/{name}".rstrip("/")


def spec_of(dashboard: Dashboard, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = dashboard.cluster.api.request("GET", admins(dashboard, name))["spec"]
    return spec


def signed_in(dashboard: Dashboard, email: str) -> Visitor:
    """Another session of an account, as soon as it may have one."""
    visitor = dashboard.visitor()

    def done() -> bool:
        return visitor.post("/sign-in", {"email": email, "password": PASSWORD}).status_code == 200

    eventually(done, within=WITHIN)
    return visitor


def watching(visitor: Visitor, path: str) -> ClientConnection:
    url = visitor.dashboard.url.replace("http", "ws") + path
    headers = {"Cookie": visitor.cookie}
    return connect(url, origin=visitor.dashboard.url, additional_headers=headers, proxy=None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def peter(dashboard: Dashboard) -> Visitor:
    """Whose account it is about."""
    return dashboard.account("peter")


def code_of_end(socket: ClientConnection) -> int | None:
    """How the dashboard ends it."""
    try:
        while True:
            socket.recv(timeout=WITHIN)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize(
    ("call", "form", "undo"),
    [
        ("PUT role", {"role": "owner"}, {"role": "developer"}),
        ("PUT disabled", {"disabled": "true"}, {"disabled": "false"}),
        ("DELETE sessions", {}, {}),
    ],
)
def test_whoever_is_changed_is_signed_out_at_once(
    owner: Visitor, peter: Visitor, call: str, form: dict[str, str], undo: dict[str, str]
) -> None:
    dashboard, (method, _, path) = owner.dashboard, call.partition(" ")
    visitor = signed_in(dashboard, peter.email)
    with watching(visitor, "/live/backpacks") as socket:
        socket.recv(timeout=WITHIN)
        assert owner.send(method, f"/admins/peter/{path}", form).status_code == 200
        began = time.monotonic()
        assert visitor.get("/").status_code == 303
        assert code_of_end(socket) == SIGNED_OUT
        # A second it is on an idle machine.
        assert LOOK_EVERY <= 0.5
        assert time.monotonic() - began < WITHIN
    spec = spec_of(dashboard, "peter")
    assert {key: str(spec[key]).lower() for key in form} == form
    if undo:
        assert owner.send(method, f"/admins/peter/{path}", undo).status_code == 200
    signed_in(dashboard, peter.email)


def test_what_kubectl_changes_counts_as_well(dashboard: Dashboard, owner: Visitor, peter: Visitor) -> None:
    visitor = signed_in(dashboard, peter.email)
    with watching(visitor, "/live/backpacks") as socket, watching(owner, "/live/admins") as list_:
        list_.recv(timeout=WITHIN)
        dashboard.cluster.api.merge(admins(dashboard, "peter"), {"spec": {"disabled": True}})
        assert code_of_end(socket) == SIGNED_OUT
        assert visitor.get("/").status_code == 303
        row = ""
        while "Disabled" not in row:
            row = str(list_.recv(timeout=WITHIN)).partition('id="admin-peter"')[2].partition("</tr>")[0]
    dashboard.cluster.api.merge(admins(dashboard, "peter"), {"spec": {"disabled": False}})


def test_an_account_shows_its_sessions_and_what_can_be_done(
    dashboard: Dashboard, owner: Visitor, peter: Visitor
) -> None:
    signed_in(dashboard, peter.email)

    text = owner.get("/admins/peter").text
    assert "End all sessions" in text
    assert "Disable" in text
    assert peter.email in text
    assert owner.get("/admins/nobody").status_code == 404
    assert owner.send("PUT", "/admins/peter/role", {"role": "king"}).status_code == 422
    assert spec_of(dashboard, "peter")["role"] == "developer"


def test_an_account_is_deleted_only_by_its_name_and_is_refused_from_then_on(
    dashboard: Dashboard, owner: Visitor
) -> None:
    visitor = dashboard.account("quentin")
    refused = owner.send("DELETE", "/admins/quentin?typed=quentins")
    assert refused.status_code == 422
    assert "to delete the account" in refused.text

    with watching(visitor, "/live/backpacks") as socket:
        socket.recv(timeout=WITHIN)
        assert owner.send("DELETE", "/admins/quentin?typed=quentin").status_code == 200
        assert visitor.get("/").status_code == 303
        assert code_of_end(socket) == SIGNED_OUT
    answer = dashboard.visitor().post("/sign-in", {"email": visitor.email, "password": PASSWORD})
    assert answer.status_code == 422
    # Whoever is given the name later is somebody else.
    spec = {"email": "another@example.com", "role": "developer"}
    body = {"apiVersion": "backpack.dev/v1alpha1", "kind": "BackpackAdmin", "metadata": {"name": "quentin"}}
    dashboard.cluster.api.request("POST", admins(dashboard), {**body, "spec": spec})
    eventually(lambda: "another@" in owner.get("/admins/quentin").text, within=WITHIN)
    assert visitor.get("/").status_code == 303


def test_nobody_locks_himself_out_by_mistake(dashboard: Dashboard, owner: Visitor) -> None:
    for path, form in (("role", {"role": "developer"}), ("disabled", {"disabled": "true"})):
        answer = owner.send("PUT", f"/admins/{owner.name}/{path}", form)
        assert answer.status_code == 403
        assert "Another owner can" in answer.text
    assert owner.send("DELETE", f"/admins/{owner.name}").status_code == 422
    assert owner.send("DELETE", f"/admins/{owner.name}/sessions").status_code == 200
    assert owner.get("/").status_code == 200


def test_the_last_owner_stays(fresh: Dashboard) -> None:
    ada, olga = fresh.account("ada", "owner"), fresh.account("olga", "owner")
    with ThreadPoolExecutor() as both:
        tries = [
            both.submit(ada.send, "DELETE", "/admins/olga?typed=olga"),
            both.submit(olga.send, "DELETE", "/admins/ada?typed=ada"),
        ]
    # The other one is refused, or signed out by then.
    assert [one.result().status_code for one in tries].count(200) == 1
    (left,) = (body["metadata"]["name"] for body in fresh.cluster.api.request("GET", admins(fresh))["items"])
    last = {"ada": ada, "olga": olga}[left]

    answer = last.send("DELETE", f"/admins/{left}?typed={left}")
    assert answer.status_code == 403
    assert "the last owner who can sign in" in answer.text
    # An invitation nobody has used makes no owner who can sign in.
    invited = {"name": "iris", "email": "iris@example.com", "role": "owner"}
    assert last.post("/admins", invited).status_code == 200
    assert last.send("DELETE", f"/admins/{left}?typed={left}").status_code == 403

    fresh.account("otto", "owner")
    assert last.send("DELETE", f"/admins/{left}?typed={left}").headers["HX-Redirect"] == "/sign-in"
    assert last.get("/").status_code == 303


def test_nothing_is_written_into_a_secret_that_isnt_the_accounts(
    dashboard: Dashboard, owner: Visitor
) -> None:
    secrets = f"/api/v1/namespaces/{dashboard.own}/secrets"
    name, data = secret_name("nina"), {"password-hash": "c29tZQ=="}
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}
    dashboard.cluster.api.request("POST", secrets, body)

    invited = {"name": "nina", "email": "nina@example.com", "role": "developer"}
    refused = owner.post("/admins", invited)
    assert (refused.status_code, name in refused.text) == (409, True)
    assert dashboard.cluster.api.request("GET", f"{secrets}/{name}")["data"] == data
    dashboard.cluster.api.request("DELETE", f"{secrets}/{name}")
    assert "/invitation#nina." in owner.post("/admins/nina/invitation").text
