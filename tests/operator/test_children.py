"""A Backpack becomes its children, they stay as they should be, and nothing is written
when nothing has changed."""

from functools import partial
from typing import Any

from backpack_operator.model.kinds import (
    BACKPACK,
    CONFIG_MAP,
    DEPLOYMENT,
    INGRESS_ROUTE,
    MIDDLEWARE,
    NETWORK_POLICY,
    SECRET,
    SERVICE,
    VOLUME_CLAIM,
    Kind,
)
from support.operated_cluster import Operated, decoded
from support.waiting import eventually

EVENT = Kind("events.k8s.io/v1", "Event", "events")


def test_a_backpack_becomes_its_children_and_then_ready(operated: Operated) -> None:
    body = operated.backpack("todo")
    names = {str(key) for key in operated.cluster.children(operated.namespace)}
    assert names == {
        "Secret todo-credentials",
        "ConfigMap todo-config",
        *(f"PersistentVolumeClaim todo-{part}" for part in ("mongo", "redis", "files")),
        *(f"{kind} todo-{part}" for kind in ("Deployment", "Service") for part in PROGRAMS),
        *(f"NetworkPolicy todo-{part}" for part in ("isolation", *PROGRAMS)),
        *(f"IngressRoute todo-{part}" for part in ("site", "api", "redirect")),
        "Middleware todo-redirect",
    }
    assert body["status"]["url"] == "https://todo.example.test"
    assert body["status"]["engine"] == "ferretdb"
    assert "version" not in body["status"]
    ready = operated.cluster.wait_ready(operated.namespace, "todo")
    assert ready["status"]["version"] == "1.2.3"
    told = {item["type"]: (item["status"], item["reason"]) for item in ready["status"]["conditions"]}
    assert told["Ready"] == ("True", "Available")
    assert told["Degraded"] == ("False", "AsExpected")
    eventually(
        lambda: operated.cluster.condition(operated.namespace, "todo", "Progressing")["reason"] == "Settled",
        within=10,
    )


def test_each_backpack_has_credentials_of_its_own(operated: Operated) -> None:
    operated.backpack("one")
    operated.backpack("two")
    one, two = (
        decoded(operated.cluster.get(SECRET, operated.namespace, f"{name}-credentials"))
        for name in ("one", "two")
    )
    for key in ("mongo-password", "redis-password"):
        assert len(one[key]) >= 43
        assert one[key] != two[key]
    assert one["redis-password"] not in one["redis-users.acl"]


def test_children_that_are_deleted_come_back(operated: Operated) -> None:
    operated.backpack("todo")
    namespace, cluster = operated.namespace, operated.cluster
    for kind in (CONFIG_MAP, SERVICE, NETWORK_POLICY, DEPLOYMENT, MIDDLEWARE, INGRESS_ROUTE):
        for key, child in cluster.children(namespace).items():
            if key.kind == kind:
                cluster.delete(kind, namespace, key.name)
                eventually(partial(is_new, operated, key, child), within=15, every=0.05)


def is_new(operated: Operated, key: Any, old: dict[str, Any]) -> bool:
    live = operated.cluster.find(key.kind, key.namespace, key.name)
    return live is not None and live["metadata"]["uid"] != old["metadata"]["uid"]


def test_children_that_are_edited_are_set_right(operated: Operated) -> None:
    operated.backpack("todo")
    edits: list[tuple[Kind, str, dict[str, Any]]] = [
        (DEPLOYMENT, "todo-redis", {"spec": {"replicas": 3, "strategy": {"type": "RollingUpdate"}}}),
        (DEPLOYMENT, "todo-web", {"spec": {"template": {"spec": {"volumes": [NOT_KEPT]}}}}),
        (DEPLOYMENT, "todo-web", {"metadata": {"labels": {MANAGED: None, INSTANCE: "another"}}}),
        (SERVICE, "todo-api", {"spec": {"selector": {"app": "another"}}}),
        (NETWORK_POLICY, "todo-redis", {"spec": {"egress": [{}], "ingress": [{}]}}),
        (CONFIG_MAP, "todo-config", {"data": {"config.json": "{}"}}),
        (INGRESS_ROUTE, "todo-site", {"spec": {"routes": []}, "metadata": {"ownerReferences": None}}),
        (VOLUME_CLAIM, "todo-files", {"metadata": {"labels": {INSTANCE: None}}}),
        (SERVICE, "todo-web", {"metadata": {"annotations": {"backpack.dev/uid": "another"}}}),
    ]
    for kind, name, edit in edits:
        before = operated.cluster.get(kind, operated.namespace, name)
        operated.cluster.change(kind, operated.namespace, name, **edit)
        eventually(partial(same, operated, kind, name, before), within=15)


def same(operated: Operated, kind: Kind, name: str, before: dict[str, Any]) -> bool:
    """Whether all but what changes with every write is as before."""
    live = operated.cluster.get(kind, operated.namespace, name)
    for body in (live, before):
        body.pop("status", None)
        for volatile in ("resourceVersion", "generation", "managedFields"):
            body["metadata"].pop(volatile, None)
        body["metadata"].get("annotations", {}).pop("deployment.kubernetes.io/revision", None)
    assert live == before
    return True


def test_what_others_add_is_left_to_them(operated: Operated) -> None:
    operated.backpack("todo")
    note = {"metadata": {"annotations": {"team": "blue"}}}
    operated.cluster.change(SERVICE, operated.namespace, "todo-web", **note)
    operated.cluster.delete(SERVICE, operated.namespace, "todo-api")
    eventually(lambda: operated.cluster.find(SERVICE, operated.namespace, "todo-api"), within=15)
    operated.operator.wait_settled()
    service = operated.cluster.get(SERVICE, operated.namespace, "todo-web")
    assert service["metadata"]["annotations"]["team"] == "blue"


def test_a_restart_writes_nothing(operated: Operated) -> None:
    for name in ("one", "two"):
        operated.backpack(name)
        operated.cluster.wait_ready(operated.namespace, name)
        operated.cluster.wait_reason(operated.namespace, name, "Progressing", "Settled")
    operated.operator.stop()
    before = operated.versions()
    operated.operator.start()
    operated.operator.wait_settled()
    assert operated.operator.writes() == 0
    assert operated.versions() == before


def test_a_change_of_the_backpack_reaches_its_children(operated: Operated) -> None:
    operated.backpack("todo")
    spec = {"api": {"replicas": 3, "resources": {"limits": {"memory": "1Gi"}}}, "hostname": "tasks"}
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec=spec)
    body = operated.cluster.wait_made(operated.namespace, "todo")
    assert body["status"]["apiUrl"] == "https://tasks-api.example.test"
    live = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-api")["spec"]
    assert live["replicas"] == 3
    assert live["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == "1Gi"
    route = operated.cluster.get(INGRESS_ROUTE, operated.namespace, "todo-site")
    assert route["spec"]["routes"][0]["match"] == "Host(`tasks.example.test`)"


def test_a_pod_that_is_gone_is_told_and_mended(operated: Operated) -> None:
    operated.backpack("todo")
    operated.cluster.wait_ready(operated.namespace, "todo")
    pods = Kind("v1", "Pod", "pods")
    selector = "app.kubernetes.io/component=redis"
    (pod,) = operated.cluster.list(pods, operated.namespace, selector)
    operated.cluster.delete(pods, operated.namespace, pod["metadata"]["name"])
    operated.cluster.wait_reason(operated.namespace, "todo", "CacheReady", "Starting")
    operated.cluster.wait_ready(operated.namespace, "todo")


def test_each_change_of_reason_is_one_event(operated: Operated) -> None:
    operated.backpack("todo")
    operated.cluster.wait_ready(operated.namespace, "todo")

    def reasons() -> list[str]:
        return [
            event["reason"]
            for event in operated.cluster.list(EVENT, operated.namespace)
            if event.get("regarding", {}).get("kind") == "Backpack"
        ]

    eventually(lambda: reasons() == ["Available"], within=10)
    operated.operator.stop()
    operated.operator.start()
    operated.operator.wait_settled()
    assert reasons() == ["Available"]


def test_no_password_is_logged(operated: Operated) -> None:
    operated.backpack("todo")
    values = decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials"))
    log = operated.operator.process.log_text()
    assert [key for key in ("mongo-password", "redis-password") if values[key] in log] == []


PROGRAMS = ("api", "mongo", "redis", "web")
NOT_KEPT = {"name": "tmp", "emptyDir": None, "hostPath": {"path": "/tmp"}}
MANAGED = "app.kubernetes.io/managed-by"
INSTANCE = "app.kubernetes.io/instance"
