"""Two replicas of the API behind one hostname behave as one."""

import re
import secrets
import socket as sockets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from support.backpack_client import BackpackClient
from support.backpacks import create_ready, of_instance, unique
from support.kubectl import Kubectl, Object
from support.sockets import Socket
from support.waiting import eventually

SOCKETS = 12
SESSION_ENDED = 4001


@pytest.fixture(scope="module")
def twins(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("twins"), api={"replicas": 2})


@pytest.fixture
def ada(twins: Object) -> Iterator[BackpackClient]:
    with BackpackClient(twins["status"]["apiUrl"], f"ada-{secrets.token_hex(4)}@example.com") as client:
        yield client.sign_up()


@contextmanager
def greeted(user: BackpackClient, api_url: str) -> Iterator[Socket]:
    """A WebSocket of this user's through Traefik, on a connection of its own."""
    place = urlsplit(api_url)
    raw = sockets.create_connection(("127.0.0.1", place.port or 80), timeout=10)
    headers = {"Authorization": user.http.headers["Authorization"]}
    url = f"ws://{place.netloc}/realtime"
    with connect(url, sock=raw, additional_headers=headers, compression=None) as connection:
        socket = Socket(connection)
        assert socket.event("hello")["user"]["id"] == user.user["id"]
        yield socket


def sockets_by_pod(kubectl: Kubectl, name: str) -> dict[str, int]:
    """How many sockets each replica says that it has."""
    pods = kubectl.list("pods", f"{of_instance(name)},app.kubernetes.io/component=api")
    found = {}
    for pod in pods:
        path = f"/api/v1/namespaces/{kubectl.namespace}/pods/{pod['metadata']['name']}:9000/proxy/metrics"
        (line,) = re.findall(r"^backpack_sockets_open (.+)$", kubectl.run("get", "--raw", path), re.M)
        found[pod["metadata"]["name"]] = int(float(line))
    return found


def test_events_of_one_replica_reach_the_sockets_of_both(
    namespace: Kubectl, twins: Object, ada: BackpackClient
) -> None:
    with ExitStack() as stack:
        opened: list[Socket] = []

        def spread() -> bool:
            """Connections are balanced at random, over the replicas that are ready: open some more."""
            for _ in range(SOCKETS):
                opened.append(stack.enter_context(greeted(ada, twins["status"]["apiUrl"])))
            counts = sockets_by_pod(namespace, twins["metadata"]["name"])
            return len(counts) == 2 and min(counts.values()) > 0

        eventually(spread, within=30, every=1)
        for socket in opened:
            socket.call("db.subscribe", collection="tasks")
        created = [ada.create("tasks", {"title": f"number {number}"}) for number in range(5)]
        seen = [[socket.event("db", type="create")["doc"] for _ in created] for socket in opened]
        assert all(documents == created for documents in seen)

        opened[0].call("channel.create", channel="chat/room-1")
        for socket in opened[1:]:
            socket.call("channel.join", channel="chat/room-1")
        for number, socket in enumerate(opened):
            socket.call("channel.publish", channel="chat/room-1", data=number)
        heard = [[socket.event("channel")["seq"] for _ in opened] for socket in opened]
        assert all(sequence == heard[0] for sequence in heard), "one order for all"

        assert ada.http.post("/auth/logout-all").status_code == 204
        assert {socket.close_code() for socket in opened} == {SESSION_ENDED}


def test_a_file_that_one_replica_took_is_there_at_both(twins: Object, ada: BackpackClient) -> None:
    content = secrets.token_bytes(100_000)
    answer = ada.http.post("/files", files={"file": ("photo.bin", content)}, data={"public": "true"})
    assert answer.status_code == 201, answer.text
    for _ in range(SOCKETS):
        with BackpackClient(twins["status"]["apiUrl"], "nobody@example.com") as other:
            read = other.http.get(f"/files/{answer.json()['id']}")
            assert (read.status_code, read.content) == (200, content)
