"""Where a real scheduler puts the pods, on two nodes that are objects and no machines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_operator.model.kinds import BACKPACK, Kind
from support.control_plane import start_control_plane
from support.operated_cluster import OperatedCluster
from support.waiting import eventually

POD = Kind("v1", "Pod", "pods")
NODES = ("north", "south")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatedCluster]:
    directory = tmp_path_factory.mktemp("spread")
    with start_control_plane(directory / "plane", scheduler=True) as plane, OperatedCluster(plane) as result:
        result.install()
        for name in NODES:
            add_node(result, name)
        yield result


@pytest.fixture
def namespace(cluster: OperatedCluster, tmp_path: Path) -> Iterator[str]:
    own, namespace = cluster.namespace("system"), cluster.namespace("apps")
    with cluster.operator(tmp_path, own, namespace):
        yield namespace


def add_node(cluster: OperatedCluster, name: str) -> None:
    labels = {"kubernetes.io/hostname": name, "place": name}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
    cluster.api.request("POST", "/api/v1/nodes", node)
    room = {"cpu": "8", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "none"}
    state = {"capacity": room, "allocatable": room, "conditions": [ready]}
    cluster.api.merge(f"/api/v1/nodes/{name}/status", {"status": state})
    # Of a new node the API server says so until its kubelet has spoken.
    cluster.api.merge(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})


def placed(cluster: OperatedCluster, namespace: str, component: str, count: int) -> list[str]:
    """The nodes of a component's pods, once all are placed."""

    def nodes() -> list[str]:
        pods = cluster.list(POD, namespace, f"app.kubernetes.io/component={component}")
        found = [pod["spec"]["nodeName"] for pod in pods if pod["spec"].get("nodeName")]
        assert len(found) == count, [pod.get("status") for pod in pods]
        return found

    return eventually(nodes, within=60)


def make(cluster: OperatedCluster, namespace: str, **spec: Any) -> None:
    cluster.backpack(namespace, "todo", **spec)
    cluster.wait_made(namespace, "todo")
    cluster.bind_volumes(namespace)


def test_pods_that_share_no_volume_spread(cluster: OperatedCluster, namespace: str) -> None:
    shared = {"storage": {"accessMode": "ReadWriteMany"}}
    make(cluster, namespace, api={"replicas": 4}, web={"replicas": 2}, files=shared)
    assert sorted(placed(cluster, namespace, "api", 4)) == ["north", "north", "south", "south"]
    assert sorted(placed(cluster, namespace, "web", 2)) == ["north", "south"]


def test_api_pods_stay_beside_a_volume_of_one_node(cluster: OperatedCluster, namespace: str) -> None:
    make(cluster, namespace, api={"replicas": 4}, web={"replicas": 2})
    assert len(set(placed(cluster, namespace, "api", 4))) == 1
    assert sorted(placed(cluster, namespace, "web", 2)) == ["north", "south"]
    cluster.wait_reason(namespace, "todo", "MultiAttachRisk", "ReadWriteOnceVolume")


def test_components_go_where_they_are_asked_to(cluster: OperatedCluster, namespace: str) -> None:
    make(
        cluster,
        namespace,
        scheduling={
            "mongo": {"nodeSelector": {"place": "north"}},
            "redis": {"nodeSelector": {"place": "south"}},
            "web": {"nodeSelector": {"place": "north"}},
        },
        web={"replicas": 3},
    )
    assert placed(cluster, namespace, "mongo", 1) == ["north"]
    assert placed(cluster, namespace, "redis", 1) == ["south"]
    assert placed(cluster, namespace, "web", 3) == ["north"] * 3


def test_a_tainted_node_takes_only_what_tolerates_it(cluster: OperatedCluster, namespace: str) -> None:
    taint = {"key": "dedicated", "value": "data", "effect": "NoSchedule"}
    cluster.api.merge("/api/v1/nodes/south", {"spec": {"taints": [taint]}})
    try:
        place = {"nodeSelector": {"place": "south"}}
        make(cluster, namespace, scheduling={"mongo": {**place, "tolerations": [taint]}})
        assert placed(cluster, namespace, "mongo", 1) == ["south"]
        assert placed(cluster, namespace, "web", 1) == ["north"]
        assert placed(cluster, namespace, "api", 1) == ["north"]
    finally:
        cluster.api.merge("/api/v1/nodes/south", {"spec": {"taints": None}})
    cluster.delete(BACKPACK, namespace, "todo")


@pytest.mark.long
def test_a_pod_that_fits_nowhere_is_told_of_and_placed_once_a_node_fits(
    cluster: OperatedCluster, namespace: str
) -> None:
    make(cluster, namespace, scheduling={"web": {"nodeSelector": {"place": "west"}}})
    told = cluster.wait_reason(namespace, "todo", "WebReady", "Unschedulable", within=60)
    assert "node" in told["message"]
    assert "spec.scheduling" in told["message"]
    add_node(cluster, "west")
    try:
        assert placed(cluster, namespace, "web", 1) == ["west"]
        cluster.wait_ready(namespace, "todo", within=60)
    finally:
        cluster.api.request("DELETE", "/api/v1/nodes/west")
    cluster.delete(BACKPACK, namespace, "todo")
