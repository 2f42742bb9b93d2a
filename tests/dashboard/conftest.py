"""A dashboard on a real API server with a real Redis; no operator, no pods."""

from collections.abc import Iterator

import pytest

from backpack_contract.version import VERSION
from backpack_devcluster.plane import ControlPlane
from support.api_proxy import ApiProxy
from support.control_plane import control_plane
from support.dashboard import Dashboard, Visitor
from support.dashboard_inside import NAME, Inside
from support.ferretdb import FerretDB, ferretdb
from support.kubelet import NODE, Kubelet
from support.operated_cluster import OperatedCluster
from support.redis import Redis, redis

__all__ = ["control_plane", "ferretdb", "redis"]


@pytest.fixture(scope="session")
def cluster(control_plane: ControlPlane) -> Iterator[OperatedCluster]:
    """The API server of this worker, with the definitions installed."""
    with OperatedCluster(control_plane) as result:
        result.install()
        yield result


@pytest.fixture
def proxy(cluster: OperatedCluster) -> Iterator[ApiProxy]:
    """What may stand between a dashboard and the API server."""
    with ApiProxy(cluster.plane) as result:
        yield result


@pytest.fixture(scope="session")
def dashboard(
    cluster: OperatedCluster, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """One dashboard for all tests of a worker: each makes accounts and backpacks of its own."""
    own, namespace = cluster.namespace("dashboard"), cluster.namespace("apps")
    process = Dashboard(
        tmp_path_factory.mktemp("dashboard"),
        cluster,
        redis,
        own=own,
        namespace=namespace,
        # No backpack runs: at once, rather than after the name servers were asked.
        BACKPACK_ADMIN_URL="http://127.0.0.1:1",
    )
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def kubelet(cluster: OperatedCluster) -> Iterator[Kubelet]:
    """A node whose pods write what tests let them write; each makes pods of its own."""
    body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}
    with Kubelet(cluster.plane) as kubelet:
        cluster.api.request("POST", "/api/v1/nodes", body)
        cluster.api.merge(f"/api/v1/nodes/{NODE}/status", {"status": kubelet.node})
        yield kubelet
        cluster.api.request("DELETE", f"/api/v1/nodes/{NODE}")


@pytest.fixture(scope="session")
def owner(dashboard: Dashboard) -> Visitor:
    """Somebody who may do everything."""
    return dashboard.account("olga", "owner")


@pytest.fixture(scope="session")
def ada(dashboard: Dashboard) -> Visitor:
    """A developer."""
    return dashboard.account("ada")


@pytest.fixture(scope="session")
def bob(dashboard: Dashboard) -> Visitor:
    """Another developer."""
    return dashboard.account("bob")


@pytest.fixture
def fresh(
    cluster: OperatedCluster, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """A dashboard that nobody has set up."""
    own, namespace = cluster.namespace("new"), cluster.namespace("apps")
    process = Dashboard(
        tmp_path_factory.mktemp("fresh"), cluster, redis, own=own, namespace=namespace, REDIS_DATABASE="6"
    )
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def inside(
    cluster: OperatedCluster, ferretdb: FerretDB, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    """A dashboard with a backpack behind it: each test makes collections of its own."""
    world = Inside(tmp_path_factory.mktemp("inside"), cluster, ferretdb, redis)
    try:
        world.start()
        yield world
    finally:
        world.stop()


@pytest.fixture
def ready(inside: Inside) -> str:
    """The backpack, as the operator tells that it is ready."""
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{inside.dashboard.namespace}/backpacks/{NAME}"
    body = inside.cluster.api.request("GET", path)
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "Ready",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    status = {
        "observedGeneration": body["metadata"]["generation"],
        "conditions": [condition],
        "url": "https://todo.example.test",
        "apiUrl": "https://todo-api.example.test",
        "version": VERSION,
    }
    inside.cluster.api.merge(f"{path}/status", {"status": status})
    return NAME
