"""Finalizers and owners that others put on our children."""

from typing import Any

import pytest

from backpack_operator.model.kinds import BACKPACK, CONFIG_MAP, SERVICE
from support.operated_cluster import Operated
from support.waiting import eventually

OTHER = "5d5d5d5d-0000-4000-8000-000000000000"


def service(operated: Operated) -> dict[str, Any]:
    return operated.cluster.get(SERVICE, operated.namespace, "todo-web")


def owner(operated: Operated, **fields: Any) -> dict[str, Any]:
    """A reference to an object of somebody else's."""
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "o", "namespace": operated.namespace},
    }
    found = operated.cluster.find(CONFIG_MAP, operated.namespace, "o") or operated.cluster.create(body)
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": found["metadata"]["uid"], **fields}


def own(operated: Operated, owners: list[dict[str, Any]]) -> None:
    metadata = {"ownerReferences": owners}
    operated.cluster.change(SERVICE, operated.namespace, "todo-web", metadata=metadata)


@pytest.fixture
def todo(operated: Operated) -> Operated:
    operated.backpack("todo")
    return operated


def test_a_finalizer_that_keeps_a_deleted_child_is_told(todo: Operated) -> None:
    finalizer = {"finalizers": ["example.com/backup"]}
    before = todo.cluster.change(SERVICE, todo.namespace, "todo-web", metadata=finalizer)
    todo.cluster.delete(SERVICE, todo.namespace, "todo-web")
    told = todo.cluster.wait_reason(todo.namespace, "todo", "Degraded", "DeletionBlocked", within=60)
    assert "Service todo-web is being deleted" in told["message"]
    assert f"kubectl patch --namespace {todo.namespace} service todo-web" in told["message"]
    assert service(todo)["metadata"]["finalizers"] == ["example.com/backup"]

    todo.cluster.change(SERVICE, todo.namespace, "todo-web", metadata={"finalizers": None})
    todo.cluster.wait_reason(todo.namespace, "todo", "Degraded", "AsExpected", within=60)
    assert service(todo)["metadata"]["uid"] != before["metadata"]["uid"]


def test_a_further_owner_is_left_to_others(todo: Operated) -> None:
    ours = service(todo)["metadata"]["ownerReferences"]
    own(todo, [*ours, owner(todo)])
    todo.cluster.change(SERVICE, todo.namespace, "todo-web", spec={"selector": {"app": "another"}})
    eventually(lambda: "app" not in service(todo)["spec"]["selector"], within=15)
    assert service(todo)["metadata"]["ownerReferences"] == [*ours, owner(todo)]
    assert todo.cluster.condition(todo.namespace, "todo", "Degraded")["reason"] == "AsExpected"


def test_another_controller_in_our_place_is_told_and_left_alone(todo: Operated) -> None:
    ours = service(todo)["metadata"]["ownerReferences"]
    own(todo, [owner(todo, controller=True)])
    before = service(todo)
    told = todo.cluster.wait_reason(todo.namespace, "todo", "Degraded", "ForeignOwner", within=60)
    assert "Service todo-web was made for this Backpack, but is owned by another" in told["message"]
    assert "ConfigMap/o" in told["message"]
    assert service(todo) == before

    own(todo, [])
    todo.cluster.wait_reason(todo.namespace, "todo", "Degraded", "AsExpected", within=90)
    assert service(todo)["metadata"]["ownerReferences"] == ours


def test_a_child_whose_owner_cannot_exist_is_made_anew(todo: Operated) -> None:
    """As the garbage collector would have it."""
    before = service(todo)
    (ours,) = before["metadata"]["ownerReferences"]
    own(todo, [{**ours, "uid": OTHER}])

    def anew() -> bool:
        live = todo.cluster.find(SERVICE, todo.namespace, "todo-web")
        assert live is not None
        assert live["metadata"]["ownerReferences"] == [ours]
        return bool(live["metadata"]["uid"] != before["metadata"]["uid"])

    eventually(anew, within=30)
    assert todo.cluster.get(BACKPACK, todo.namespace, "todo")["metadata"]["uid"] == ours["uid"]
