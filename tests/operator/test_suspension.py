"""Suspend and pause: a backpack rests and comes back, or the operator keeps its hands off."""

from functools import partial

from backpack_operator.model.backpack import FINALIZER
from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, SECRET, SERVICE, VOLUME_CLAIM, Kind
from support.operated_cluster import Operated, decoded
from support.waiting import eventually

POD = Kind("v1", "Pod", "pods")


def replicas(operated: Operated) -> dict[str, int]:
    return {
        item["metadata"]["name"]: item["spec"]["replicas"]
        for item in operated.cluster.list(DEPLOYMENT, operated.namespace)
    }


def test_a_suspended_backpack_ends_its_pods_keeps_its_data_and_comes_back(operated: Operated) -> None:
    operated.backpack("todo", api={"replicas": 2})
    operated.cluster.wait_ready(operated.namespace, "todo")
    before = operated.cluster.children(operated.namespace)
    passwords = decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials"))

    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"suspend": True})
    eventually(lambda: set(replicas(operated).values()) == {0}, within=30)
    eventually(lambda: operated.cluster.list(POD, operated.namespace) == [], within=30)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "Suspended")
    assert "Set it to false to go on" in told["message"]
    operated.cluster.wait_reason(operated.namespace, "todo", "RouteReady", "Routed")
    operated.cluster.wait_reason(operated.namespace, "todo", "Progressing", "Settled")
    body = operated.cluster.get(BACKPACK, operated.namespace, "todo")
    assert body["status"]["replicas"] == 0
    resting = operated.cluster.children(operated.namespace)
    assert {key: body["metadata"]["uid"] for key, body in resting.items()} == {
        key: body["metadata"]["uid"] for key, body in before.items()
    }

    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"suspend": False})
    operated.cluster.wait_ready(operated.namespace, "todo")
    assert replicas(operated)["todo-api"] == 2
    assert decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials")) == passwords


def test_a_backpack_can_be_made_suspended(operated: Operated) -> None:
    operated.backpack("todo", suspend=True)
    operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "Suspended")
    assert set(replicas(operated).values()) == {0}


def test_of_a_paused_backpack_only_a_condition_is_written(operated: Operated) -> None:
    operated.backpack("todo")
    operated.cluster.wait_ready(operated.namespace, "todo")
    operated.cluster.wait_reason(operated.namespace, "todo", "Configured", "Taken")
    operated.cluster.wait_reason(operated.namespace, "todo", "Progressing", "Settled")
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"paused": True})
    eventually(partial(progressing, operated, "Paused"), within=15)
    before = operated.versions()

    operated.cluster.delete(SERVICE, operated.namespace, "todo-web")
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"api": {"replicas": 3}})
    operated.cluster.backpack(operated.namespace, "another")
    operated.cluster.wait_made(operated.namespace, "another")
    operated.operator.wait_settled()

    after = operated.versions()
    own = {key for key in before if not key.endswith("/todo")}
    assert {key for key in own if after.get(key) != before[key]} == {f"{operated.namespace}/Service/todo-web"}
    ready = [
        item
        for item in operated.cluster.get(BACKPACK, operated.namespace, "todo")["status"]["conditions"]
        if item["type"] == "Ready"
    ]
    assert ready[0]["status"] == "True"

    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"paused": False})
    eventually(lambda: operated.cluster.find(SERVICE, operated.namespace, "todo-web"), within=15)
    eventually(lambda: replicas(operated)["todo-api"] == 3, within=15)


def progressing(operated: Operated, reason: str) -> bool:
    conditions = operated.cluster.get(BACKPACK, operated.namespace, "todo")["status"]["conditions"]
    return any((item["type"], item["reason"]) == ("Progressing", reason) for item in conditions)


def test_a_paused_backpack_is_not_deleted_with_its_data_before_it_goes_on(operated: Operated) -> None:
    operated.backpack("todo", deletionPolicy="Delete")
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"paused": True})
    eventually(partial(progressing, operated, "Paused"), within=15)
    operated.cluster.delete(BACKPACK, operated.namespace, "todo")
    operated.operator.wait_settled()
    body = operated.cluster.get(BACKPACK, operated.namespace, "todo")
    assert FINALIZER in body["metadata"]["finalizers"]
    assert operated.cluster.find(SECRET, operated.namespace, "todo-credentials") is not None

    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"paused": False})
    eventually(lambda: operated.cluster.find(BACKPACK, operated.namespace, "todo") is None, within=30)
    claims = operated.cluster.list(VOLUME_CLAIM, operated.namespace)
    assert all("deletionTimestamp" in claim["metadata"] for claim in claims)
