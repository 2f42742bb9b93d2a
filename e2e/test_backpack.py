"""A Backpack applied with kubectl answers on its hostnames."""

import secrets
from collections.abc import Iterator

import pytest

from support.backpack_client import BackpackClient, open_client
from support.backpacks import create_ready, unique
from support.kubectl import Kubectl, Object


@pytest.fixture(scope="module")
def todo(namespace: Kubectl) -> Object:
    """The smallest Backpack: a name is all it needs."""
    return create_ready(namespace, unique("todo"))


@pytest.fixture
def ada(todo: Object) -> Iterator[BackpackClient]:
    with BackpackClient(todo["status"]["apiUrl"], f"ada-{secrets.token_hex(4)}@example.com") as client:
        yield client.sign_up()


@pytest.fixture
def bob(todo: Object) -> Iterator[BackpackClient]:
    with BackpackClient(todo["status"]["apiUrl"], f"bob-{secrets.token_hex(4)}@example.com") as client:
        yield client.sign_up()


def test_the_status_says_where_it_answers_and_what_runs(todo: Object) -> None:
    status = todo["status"]
    assert status["url"].startswith(f"http://{todo['metadata']['name']}.")
    assert status["apiUrl"].startswith(f"http://{todo['metadata']['name']}-api.")
    assert status["engine"] == "ferretdb"
    assert status["observedGeneration"] == todo["metadata"]["generation"]
    states = {condition["type"]: condition["status"] for condition in status["conditions"]}
    good = ("Ready", "HostnameAccepted", "DatabaseReady", "CacheReady", "ApiReady", "WebReady", "RouteReady")
    assert {name: states[name] for name in good} == dict.fromkeys(good, "True")


def test_kubectl_get_bp_shows_one_line_a_backpack(namespace: Kubectl, todo: Object) -> None:
    header, line = namespace.run("get", "bp", todo["metadata"]["name"]).splitlines()
    assert header.split() == ["NAME", "READY", "REASON", "URL", "AGE"]
    assert line.split()[:2] == [todo["metadata"]["name"], "True"]
    assert todo["status"]["url"] in line


def test_a_user_works_with_documents(ada: BackpackClient) -> None:
    created = ada.create("tasks", {"title": "write it down", "done": False})
    assert created["ownerId"] == ada.user["id"]
    assert created["version"] == 1
    assert "write it down" in ada.titles("tasks")

    patched = ada.http.patch(f"/db/tasks/{created['id']}", json={"done": True})
    assert patched.status_code == 200
    assert patched.json()["done"] is True
    assert patched.json()["version"] == 2

    removed = ada.http.delete(f"/db/tasks/{created['id']}")
    assert removed.status_code == 200
    assert removed.json()["id"] == created["id"]
    assert ada.http.get(f"/db/tasks/{created['id']}").status_code == 404


def test_a_second_user_cannot_change_the_first_ones_document(
    ada: BackpackClient, bob: BackpackClient
) -> None:
    document = ada.create("tasks", {"title": "ada's own"})
    path = f"/db/tasks/{document['id']}"
    assert bob.http.patch(path, json={"title": "bob's now"}).status_code == 403
    assert bob.http.put(path, json={"title": "bob's now"}).status_code == 403
    assert bob.http.delete(path).status_code == 403
    assert ada.http.get(path).json()["title"] == "ada's own"


def test_without_a_session_nothing_is_to_be_had(todo: Object, ada: BackpackClient) -> None:
    document = ada.create("tasks", {"title": "not for strangers"})
    with open_client(todo["status"]["apiUrl"]) as stranger:
        for method, path in (
            ("GET", "/db/tasks"),
            ("POST", "/db/tasks"),
            ("GET", f"/db/tasks/{document['id']}"),
            ("PATCH", f"/db/tasks/{document['id']}"),
            ("DELETE", f"/db/tasks/{document['id']}"),
            ("GET", "/auth/me"),
        ):
            answer = stranger.request(method, path, json={} if method in {"POST", "PATCH"} else None)
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_admin_listener_is_not_reachable_from_outside(todo: Object) -> None:
    with open_client(todo["status"]["apiUrl"]) as client:
        assert client.get("/metrics").status_code == 404
        assert client.get("/admin").status_code == 404


def test_every_pod_is_accepted_where_pod_security_enforces_restricted(
    namespace: Kubectl, todo: Object
) -> None:
    """The module's namespace enforces it, so pods that run were accepted by the API server."""
    enforced = namespace.get("namespace", namespace.namespace)["metadata"]["labels"]
    assert enforced["pod-security.kubernetes.io/enforce"] == "restricted"
    pods = namespace.list("pods", f"app.kubernetes.io/instance={todo['metadata']['name']}")
    running = {pod["metadata"]["labels"]["app.kubernetes.io/component"] for pod in pods}
    assert running == {"api", "mongo", "redis", "web"}
