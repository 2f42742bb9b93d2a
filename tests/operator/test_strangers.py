"""Objects that have the name of a child but are not ours are never taken over."""

from typing import Any

import pytest

from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP, INGRESS_ROUTE, SECRET, SERVICE, Kind
from support.operated_cluster import CHILDREN_OF_ONE, Operated
from support.waiting import eventually


def strangers(operated: Operated, kind: Kind, name: str, **content: Any) -> dict[str, Any]:
    return operated.cluster.create(
        {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            "metadata": {"name": name, "namespace": operated.namespace},
            **content,
        }
    )


def test_a_strangers_service_is_left_alone_and_told(operated: Operated) -> None:
    before = strangers(operated, SERVICE, "todo-web", spec={"ports": [{"port": 80}]})
    operated.cluster.backpack(operated.namespace, "todo")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "NameConflict")
    assert "Service todo-web exists" in told["message"]
    assert operated.cluster.condition(operated.namespace, "todo", "WebReady")["reason"] == "NameConflict"
    assert operated.cluster.get(SERVICE, operated.namespace, "todo-web") == before
    assert operated.cluster.find(SERVICE, operated.namespace, "todo-api") is not None

    operated.cluster.delete(SERVICE, operated.namespace, "todo-web")
    operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "AsExpected", within=60)
    ours = operated.cluster.get(SERVICE, operated.namespace, "todo-web")
    assert ours["metadata"]["uid"] != before["metadata"]["uid"]


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [(SECRET, "todo-credentials", {"type": "Opaque"}), (CONFIG_MAP, "todo-config", {"data": {"a": "b"}})],
)
def test_nothing_is_started_on_a_strangers_secret_or_configuration(
    operated: Operated, kind: Kind, name: str, content: dict[str, Any]
) -> None:
    before = strangers(operated, kind, name, **content)
    operated.cluster.backpack(operated.namespace, "todo")
    operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "NameConflict")
    assert operated.cluster.get(kind, operated.namespace, name) == before
    assert operated.cluster.children(operated.namespace) == {}


def test_leftovers_of_a_former_backpack_are_no_strangers(operated: Operated) -> None:
    """Created again before the garbage collector came: its children are replaced."""
    first = operated.backpack("todo", deletionPolicy="Delete")
    operated.cluster.delete(BACKPACK, operated.namespace, "todo")
    eventually(
        lambda: operated.cluster.find(BACKPACK, operated.namespace, "todo") is None, within=30, every=0.02
    )
    second = operated.backpack("todo")
    uid = second["metadata"]["uid"]
    assert uid != first["metadata"]["uid"]

    def replaced() -> bool:
        children = operated.cluster.children(operated.namespace)
        owners = {child["metadata"]["annotations"]["backpack.dev/uid"] for child in children.values()}
        return owners == {uid} and len(children) == CHILDREN_OF_ONE

    eventually(replaced, within=60, what="all children are the second one's")


def test_a_refused_object_is_told_in_the_api_servers_words(operated: Operated) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small", "namespace": operated.namespace},
        "spec": {"hard": {"persistentvolumeclaims": "2"}},
    }
    path = f"/api/v1/namespaces/{operated.namespace}/resourcequotas"
    operated.cluster.api.request("POST", path, quota)
    eventually(
        lambda: operated.cluster.api.request("GET", f"{path}/small").get("status", {}).get("hard"), within=20
    )
    operated.cluster.backpack(operated.namespace, "todo")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "QuotaExceeded")
    assert "The API server refused PersistentVolumeClaim" in told["message"]
    assert "exceeded quota" in told["message"]
    assert f"Have the ResourceQuota of the namespace {operated.namespace} raised" in told["message"]

    operated.cluster.api.request("DELETE", f"{path}/small")
    operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "AsExpected", within=60)


def test_routes_are_not_routed_by_a_stranger(operated: Operated) -> None:
    before = strangers(operated, INGRESS_ROUTE, "todo-site", spec={"routes": []})
    operated.cluster.backpack(operated.namespace, "todo")
    operated.cluster.wait_reason(operated.namespace, "todo", "RouteReady", "NameConflict")
    assert operated.cluster.get(INGRESS_ROUTE, operated.namespace, "todo-site") == before


def test_a_stranger_with_our_label_and_no_childs_name_is_no_trouble(operated: Operated) -> None:
    label = {"app.kubernetes.io/managed-by": "backpack-operator"}
    for name in ("stranger", "no-backpack"):
        metadata = {"name": name, "namespace": operated.namespace, "labels": label}
        operated.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    operated.backpack("todo")
    eventually(
        lambda: operated.operator.metrics()["backpack_operator_children"] >= CHILDREN_OF_ONE + 1, within=15
    )
    operated.operator.wait_settled()
    log = operated.operator.process.log_text()
    assert "Traceback" not in log
    assert "to be tried again" not in log
