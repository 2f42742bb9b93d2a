"""What is shown of a backpack that can't be looked into: every page is there, and every part of
it says why it is empty, and what to do."""

import secrets
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from backpack_dashboard.pages.tabs import TABS
from backpack_operator.model.signing_keys import new_keys, secret_body
from support.dashboard import Dashboard, Visitor
from support.waiting import eventually

WITHIN = 20
STATES = {
    "resting": ("It is suspended", "Resume it"),
    "half-gone": ("It is being deleted",),
    "unreached": ("can&#39;t be reached", "It may be starting"),
}
"""Backpacks, and what is said of them."""
SAID = {"resting": "Suspended", "half-gone": "Deleting", "unreached": "PodsFailing"}
"""The operator's reasons."""
PARTS = {
    "": (),
    "site": ("site/list",),
    "users": ("users/list", "users/some"),
    "collections": ("collection-list",),
    "files": ("files/list", "files/some"),
    "usage": ("usage/figures",),
    "audit": ("audit/list",),
    "archive": (),
    "logs": (),
    "settings": (),
}
"""Of each tab, what its page asks for of the inside."""
ACTIONS = (
    ("POST", "users", {"email": "grace@example.com"}),
    ("PUT", "users/some/disabled", {"disabled": "true"}),
    ("DELETE", "users/some/sessions", {}),
    ("POST", "users/some/password", {}),
    ("DELETE", "users/some?typed=some", {}),
    ("POST", "collections", {"collection": "tasks"}),
    ("DELETE", "files/some", {}),
    ("POST", "site/releases/some/activate", {}),
    ("POST", "import", {}),
)


@pytest.fixture(scope="module")
def place(dashboard: Dashboard, ada: Visitor) -> Iterator[str]:
    """Where the backpacks are, as the operator tells of them; one waits for its finalizer."""
    api, namespace = dashboard.cluster.api, dashboard.namespace
    keys = secret_body(dashboard.own, new_keys(secrets.token_bytes(32)))
    api.request("POST", f"/api/v1/namespaces/{dashboard.own}/secrets", keys)
    root = f"/apis/backpack.dev/v1alpha1/namespaces/{namespace}/backpacks"
    for name, reason in SAID.items():
        body = dashboard.cluster.backpack(namespace, name, admins=["ada"], suspend=name == "resting")
        ready = {
            "type": "Ready",
            "status": "False",
            "reason": reason,
            "message": f"{reason} is why.",
            "lastTransitionTime": "2026-01-01T10:00:00Z",
        }
        status = {"observedGeneration": body["metadata"]["generation"], "conditions": [ready]}
        api.merge(f"{root}/{name}/status", {"status": status})
    api.merge(f"{root}/half-gone", {"metadata": {"finalizers": ["example.com/slow"]}})
    api.request("DELETE", f"{root}/half-gone")
    pages = f"/backpacks/{namespace}"
    eventually(lambda: "Deleting" in ada.get(f"{pages}/half-gone").text, within=WITHIN)
    yield pages
    api.merge(f"{root}/half-gone", {"metadata": {"finalizers": None}})


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tab", [one.slug for one in TABS])
def test_every_tab_is_there_and_says_why_it_is_empty(place: str, ada: Visitor, tab: str, state: str) -> None:
    page = ada.get(f"{place}/{state}/{tab}".rstrip("/"))
    assert page.status_code == 200
    assert 'aria-current="page"' in page.text

    for part in PARTS[tab]:
        answer = ada.client.get(f"{place}/{state}/{part}", headers=ada.headers)
        assert answer.status_code == 503, part
        # In the place of what was to be there, and it asks again by itself.
        assert "panel-error" in answer.text
        assert "load delay" in answer.text
        assert all(words in answer.text for words in STATES[state]), answer.text


@pytest.mark.parametrize("state", STATES)
def test_what_is_done_to_it_is_refused_with_the_same_words(place: str, ada: Visitor, state: str) -> None:
    for method, path, form in ACTIONS:
        answer = ada.send(method, f"{place}/{state}/{path}", form)
        assert answer.status_code == 503, path
        assert answer.headers["HX-Reswap"] == "none"
        assert all(words in answer.text for words in STATES[state]), answer.text


@pytest.mark.parametrize("state", STATES)
def test_an_export_is_a_page_that_says_why_it_is_none(place: str, ada: Visitor, state: str) -> None:
    answer = ada.get(f"{place}/{state}/export")

    assert answer.status_code == 503
    assert "content-disposition" not in answer.headers
    assert answer.text.startswith("<!doctype html>")
    assert all(words in answer.text for words in STATES[state])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("resting", "It is suspended, so no pod of it runs"),
        ("half-gone", "It is being deleted, and its pods have ended"),
        ("unreached", "No pod of this component is there"),
    ],
)
def test_logs_say_why_there_are_none(place: str, ada: Visitor, state: str, words: str) -> None:
    url = f"{ada.dashboard.url.replace('http', 'ws')}/live{place}/{state}/logs"
    headers = {"Cookie": ada.cookie}
    with connect(url, origin=ada.dashboard.url, additional_headers=headers, proxy=None) as socket:  # type: ignore[arg-type]
        while words not in str(socket.recv(timeout=WITHIN)):
            pass


def test_how_it_is_is_said_on_every_page(place: str, ada: Visitor) -> None:
    for state, words in (
        ("resting", "Its pods are at rest"),
        ("half-gone", "It is being removed"),
        ("unreached", "PodsFailing is why."),
    ):
        for tab in TABS:
            notice = ada.get(f"{place}/{state}/{tab.slug}".rstrip("/")).text.partition(
                'id="backpack-trouble"'
            )
            assert words in notice[2].partition("</div></div>")[0], (state, tab)
