"""What was begun from a page ends with what allowed it: the session, the account, the place in
`spec.admins`."""

import os
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support.core_api import new_person
from support.dashboard import PASSWORD, Dashboard, Visitor
from support.dashboard_inside import NAME, Inside
from support.operated_cluster import OperatedCluster
from support.redis import Redis
from support.site_zips import site_zip
from support.waiting import eventually

# What is there already would be a reason to refuse an import at the door.
UPLOADS = [f"import?replace=true&typed={NAME}", "site/releases"]


@pytest.fixture
def once(inside: Inside) -> Visitor:
    """One more session of ada's, for a test to end."""
    visitor = inside.dashboard.visitor()
    assert visitor.post("/sign-in", {"email": inside.ada.email, "password": PASSWORD}).status_code == 200
    visitor.read_csrf()
    return visitor


def stalled(visitor: Visitor, path: str) -> HTTPConnection:
    """An upload that has begun, and of which nothing more comes."""
    url = httpx.URL(visitor.dashboard.url)
    connection = HTTPConnection(url.host, url.port, timeout=30)
    connection.putrequest("POST", path)
    for name, value in {**visitor.headers, "Cookie": visitor.cookie, "Accept": "application/json"}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(2**20))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    # Whoever is asked for the body has been let in already.
    assert connection.sock.recv(1000).startswith(b"HTTP/1.1 100 ")
    connection.send(site_zip())
    return connection


def live(visitor: Visitor) -> ClientConnection:
    url = visitor.dashboard.url.replace("http", "ws") + "/live/backpacks"
    return connect(
        url, origin=visitor.dashboard.url, additional_headers={"Cookie": visitor.cookie}, proxy=None
    )


def closed_with(socket: ClientConnection) -> int | None:
    """The code of the close that comes."""
    try:
        while True:
            socket.recv(timeout=10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("path", UPLOADS)
def test_an_upload_ends_with_its_session(inside: Inside, once: Visitor, path: str) -> None:
    with closing(stalled(once, f"{inside.path}/{path}")) as connection:
        once.post("/sign-out")
        answer = connection.getresponse()
        assert (answer.status, b"what was under way" in answer.read()) == (401, True)


@pytest.mark.parametrize("path", UPLOADS)
def test_an_upload_ends_when_the_backpack_is_no_longer_ones_own(inside: Inside, path: str) -> None:
    backpack = f"/apis/backpack.dev/v1alpha1{inside.path.replace('/backpacks/', '/namespaces/', 1)}"
    backpack = backpack.removesuffix(NAME) + f"backpacks/{NAME}"
    with closing(stalled(inside.ada, f"{inside.path}/{path}")) as connection:
        inside.cluster.api.merge(backpack, {"spec": {"admins": ["bob"]}})
        try:
            assert connection.getresponse().status == 404
        finally:
            inside.cluster.api.merge(backpack, {"spec": {"admins": ["ada"]}})
            eventually(lambda: inside.ada.get(inside.path).status_code == 200, within=10)


@pytest.mark.parametrize("what", ["export", "file"])
def test_a_download_ends_with_its_session(inside: Inside, once: Visitor, what: str) -> None:
    person = new_person(inside.api)
    # More than the sockets between them hold.
    file = person.client.post("/files", files={"file": ("large", os.urandom(40 * 2**20), "any/thing")}).json()
    path = "export" if what == "export" else f"files/{file['id']}/content"
    try:
        with live(once) as socket, once.client.stream("GET", f"{inside.path}/{path}") as answer:
            assert answer.status_code == 200
            chunks = answer.iter_raw()
            next(chunks)
            once.post("/sign-out")
            assert closed_with(socket) == 4001
            with pytest.raises(httpx.RemoteProtocolError):
                list(chunks)
    finally:
        person.client.delete(f"/files/{file['id']}")


@pytest.fixture
def forgetful(cluster: OperatedCluster, tmp_path: Path) -> Iterator[tuple[Dashboard, Redis]]:
    """A dashboard with a Redis of its own, which may go away."""
    redis = Redis(tmp_path / "redis")
    redis.start()
    own, namespace = cluster.namespace("forgetful"), cluster.namespace("apps")
    process = Dashboard(tmp_path, cluster, redis, own=own, namespace=namespace)
    process.start()
    yield process, redis
    process.stop()
    redis.stop()


def test_who_is_disabled_is_cut_off_also_while_redis_is_away(forgetful: tuple[Dashboard, Redis]) -> None:
    dashboard, redis = forgetful
    carl = dashboard.account("carl")
    with live(carl) as socket:
        socket.recv(timeout=10)
        redis.stop()
        path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.own}/backpackadmins/carl"
        dashboard.cluster.api.merge(path, {"spec": {"disabled": True}})
        assert closed_with(socket) == 4001
