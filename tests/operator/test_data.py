"""What becomes of the data: kept, deleted, refused to strangers, taken over, grown."""

from contextlib import suppress
from typing import Any

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.backpack import FINALIZER
from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, SECRET, VOLUME_CLAIM
from support.operated_cluster import Operated, decoded
from support.waiting import eventually


def delete(operated: Operated, name: str) -> None:
    """Delete the Backpack, and wait until its own children are collected."""
    operated.cluster.delete(BACKPACK, operated.namespace, name)

    def collected() -> bool:
        left = operated.cluster.children(operated.namespace)
        return {key.kind for key in left} <= {SECRET, VOLUME_CLAIM}

    eventually(collected, within=60, every=0.2, what="all but the data is collected")


def data(operated: Operated) -> dict[str, str]:
    """The UIDs of the objects that hold data."""
    return {
        str(key): child["metadata"]["uid"]
        for key, child in operated.cluster.children(operated.namespace).items()
        if key.kind in (SECRET, VOLUME_CLAIM)
    }


def test_retained_data_is_refused_until_it_is_named(operated: Operated) -> None:
    first = operated.backpack("todo")
    assert FINALIZER not in first["metadata"].get("finalizers", [])
    kept = data(operated)
    passwords = decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials"))
    delete(operated, "todo")
    assert data(operated) == kept

    operated.cluster.backpack(operated.namespace, "todo")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "RetainedDataFound")
    old = first["metadata"]["uid"]
    assert f"set spec.adoptRetained to {old}" in told["message"]
    assert {key.kind for key in operated.cluster.children(operated.namespace)} == {SECRET, VOLUME_CLAIM}

    wrong = {"adoptRetained": "00000000-0000-4000-8000-000000000000"}
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec=wrong)
    operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "RetainedDataFound")

    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"adoptRetained": old})
    second = operated.cluster.wait_made(operated.namespace, "todo")
    assert data(operated) == kept
    secret = operated.cluster.get(SECRET, operated.namespace, "todo-credentials")
    assert decoded(secret) == passwords
    assert secret["metadata"]["annotations"]["backpack.dev/uid"] == second["metadata"]["uid"]
    operated.cluster.wait_ready(operated.namespace, "todo")


def test_retained_data_keeps_its_engine(operated: Operated) -> None:
    first = operated.backpack("todo", database={"engine": "ferretdb"})
    delete(operated, "todo")
    spec = {"adoptRetained": first["metadata"]["uid"], "database": {"engine": "mongodb"}}
    operated.cluster.backpack(operated.namespace, "todo", **spec)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "EngineMismatch")
    assert "written by ferretdb" in told["message"]


def test_delete_removes_the_data(operated: Operated) -> None:
    body = operated.backpack("todo", deletionPolicy="Delete")
    assert FINALIZER in body["metadata"]["finalizers"]
    delete(operated, "todo")
    eventually(lambda: data(operated) == {}, within=30, what="the data is gone")
    assert operated.cluster.find(BACKPACK, operated.namespace, "todo") is None


def test_the_policy_is_read_at_the_moment_of_deletion(operated: Operated) -> None:
    operated.backpack("todo", deletionPolicy="Delete")
    kept = data(operated)
    operated.operator.stop()
    operated.cluster.delete(BACKPACK, operated.namespace, "todo")
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"deletionPolicy": "Retain"})
    operated.operator.start()
    gone = lambda: operated.cluster.find(BACKPACK, operated.namespace, "todo") is None  # noqa: E731
    eventually(gone, within=30, what="the Backpack is gone")
    assert data(operated) == kept


def test_the_finalizer_follows_the_policy(operated: Operated) -> None:
    operated.backpack("todo")

    def finalizers() -> list[str]:
        body = operated.cluster.get(BACKPACK, operated.namespace, "todo")
        return body["metadata"].get("finalizers") or []

    for policy, expected in (("Delete", [FINALIZER]), ("Retain", [])):
        operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"deletionPolicy": policy})

        def followed(expected: list[str] = expected) -> bool:
            return finalizers() == expected

        eventually(followed, within=15)


def test_delete_leaves_data_that_belongs_to_another(operated: Operated) -> None:
    operated.backpack("todo", deletionPolicy="Delete")
    mark = {"annotations": {"backpack.dev/uid": "22222222-2222-4222-8222-222222222222"}}
    operated.operator.stop()
    operated.cluster.change(VOLUME_CLAIM, operated.namespace, "todo-files", metadata=mark)
    operated.cluster.delete(BACKPACK, operated.namespace, "todo")
    operated.operator.start()
    eventually(lambda: set(data(operated)) == {"PersistentVolumeClaim todo-files"}, within=30)


def test_lost_credentials_are_told_and_not_replaced(operated: Operated) -> None:
    operated.backpack("todo")
    operated.cluster.bind_volumes(operated.namespace)
    secret = operated.cluster.get(SECRET, operated.namespace, "todo-credentials")
    pods = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-mongo")["spec"]
    operated.cluster.delete(SECRET, operated.namespace, "todo-credentials")
    poke(operated)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "DatabaseReady", "CredentialsLost")
    assert "Restore the Secret from a backup" in told["message"]
    assert operated.cluster.find(SECRET, operated.namespace, "todo-credentials") is None
    assert operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-mongo")["spec"] == pods

    restored = {
        **{key: secret[key] for key in ("apiVersion", "kind", "type", "data")},
        "metadata": {key: secret["metadata"][key] for key in ("name", "namespace", "annotations")},
    }
    operated.cluster.create(restored)
    operated.cluster.wait_reason(operated.namespace, "todo", "DatabaseReady", "Starting", within=60)
    restored_now = operated.cluster.get(SECRET, operated.namespace, "todo-credentials")
    assert restored_now["data"] == secret["data"]


def test_a_volume_that_held_data_is_not_replaced_by_an_empty_one(operated: Operated) -> None:
    operated.backpack("todo")
    operated.cluster.bind_volumes(operated.namespace)

    def recorded() -> bool:
        secret = operated.cluster.get(SECRET, operated.namespace, "todo-credentials")
        marks: dict[str, str] = secret["metadata"]["annotations"]
        return marks.get("backpack.dev/volumes") == "files,mongo"

    eventually(recorded, within=15)
    operated.cluster.delete(VOLUME_CLAIM, operated.namespace, "todo-mongo")
    with suppress(ApiRefused):  # where it is gone at once, since no pod uses it
        protected = {"finalizers": None}
        operated.cluster.change(VOLUME_CLAIM, operated.namespace, "todo-mongo", metadata=protected)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "VolumeLost")
    assert operated.cluster.find(VOLUME_CLAIM, operated.namespace, "todo-mongo") is None
    secret = (
        f"kubectl annotate --namespace {operated.namespace} secret/todo-credentials backpack.dev/volumes-"
    )
    assert secret in told["message"]

    forgotten = {"annotations": {"backpack.dev/volumes": None}}
    operated.cluster.change(SECRET, operated.namespace, "todo-credentials", metadata=forgotten)
    eventually(
        lambda: operated.cluster.get(VOLUME_CLAIM, operated.namespace, "todo-mongo"),
        within=30,
        retry_on=(ApiRefused,),
    )
    operated.cluster.wait_made(operated.namespace, "todo")


def test_missing_keys_are_completed_and_the_others_kept(operated: Operated) -> None:
    operated.backpack("todo")
    before = decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials"))
    gone: dict[str, Any] = {"redis-password": None, "redis-users.acl": None}
    operated.cluster.change(SECRET, operated.namespace, "todo-credentials", data=gone)
    poke(operated)

    def completed() -> dict[str, str]:
        after = decoded(operated.cluster.get(SECRET, operated.namespace, "todo-credentials"))
        assert set(after) == set(before)
        return after

    after = eventually(completed, within=15)
    assert after["mongo-password"] == before["mongo-password"]
    assert after["redis-password"] != before["redis-password"]


def poke(operated: Operated) -> None:
    """Nobody tells the operator of a change to a Secret: have it look."""
    operated.cluster.change(BACKPACK, operated.namespace, "todo", metadata={"annotations": {"look": "again"}})
