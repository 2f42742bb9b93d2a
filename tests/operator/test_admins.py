"""Accounts of the dashboard on a real API server: their Secrets, what is told of them, and
that whoever goes is named by no Backpack, whatever the operator is killed in."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_contract.admins import FINALIZER, LABEL_ADMIN, PASSWORD_HASH, secret_name
from backpack_operator.model.kinds import ADMIN, BACKPACK, CHILDREN, SECRET
from support.operated_cluster import Operated, OperatedCluster
from support.waiting import eventually

QUICK = {"ADMINS_SECONDS": "0.3", "LOOK_AGAIN_SECONDS": "0.5", "RESYNC_SECONDS": "2"}


@pytest.fixture
def operated(cluster: OperatedCluster, tmp_path: Path) -> Iterator[Operated]:
    own, namespace, other = (cluster.namespace(prefix) for prefix in ("system", "apps", "other"))
    with cluster.operator(tmp_path, own, namespace, other, **QUICK) as operator:
        yield Operated(cluster, operator, namespace, other, own)


def make(operated: Operated, name: str, namespace: str | None = None, **spec: Any) -> dict[str, Any]:
    place = namespace or operated.own_namespace
    body = {
        "apiVersion": ADMIN.api_version,
        "kind": ADMIN.kind,
        "metadata": {"name": name, "namespace": place},
        "spec": {"email": f"{name}@example.com", **spec},
    }
    return operated.cluster.api.request("POST", ADMIN.path(place), body)


def wait_told(operated: Operated, name: str, reason: str, namespace: str | None = None) -> str:
    """The sentence of the condition Ready, once it has this reason."""

    def told() -> str:
        body = operated.cluster.get(ADMIN, namespace or operated.own_namespace, name)
        (ready,) = body.get("status", {}).get("conditions", [{}])
        assert ready.get("reason") == reason, ready
        assert body["status"]["observedGeneration"] == body["metadata"]["generation"]
        message: str = ready["message"]
        return message

    return eventually(told, within=30, every=0.1, what=f"{name}: {reason}")


def fill(operated: Operated, name: str, **data: str) -> None:
    """What the dashboard does."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    operated.cluster.change(SECRET, operated.own_namespace, secret_name(name), data=encoded)


def named(operated: Operated, backpack: str) -> list[str]:
    spec = operated.cluster.get(BACKPACK, operated.namespace, backpack)["spec"]
    found: list[str] = spec.get("admins", [])
    return found


def test_an_account_gets_a_secret_that_goes_with_it(operated: Operated) -> None:
    made = make(operated, "ada")
    message = wait_told(operated, "ada", "NoPassword")
    assert f"kubectl exec --namespace {operated.own_namespace}" in message
    secret = operated.cluster.get(SECRET, operated.own_namespace, secret_name("ada"))
    (owner,) = secret["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("BackpackAdmin", "ada", made["metadata"]["uid"])
    assert secret["metadata"]["labels"][LABEL_ADMIN] == "ada"
    assert "data" not in secret

    fill(operated, "ada", **{PASSWORD_HASH: "$argon2id$hash"})
    wait_told(operated, "ada", "Active")
    operated.cluster.change(ADMIN, operated.own_namespace, "ada", spec={"disabled": True})
    wait_told(operated, "ada", "Disabled")
    kept = operated.cluster.get(SECRET, operated.own_namespace, secret_name("ada"))
    assert base64.b64decode(kept["data"][PASSWORD_HASH]) == b"$argon2id$hash"

    # Nothing more is written by an operator that has just started.
    before = operated.cluster.get(ADMIN, operated.own_namespace, "ada")
    operated.operator.kill()
    operated.operator.start()
    asked = 'backpack_operator_api_requests_total{method="GET",status="200"}'
    eventually(lambda: operated.operator.metrics().get(asked, 0) > 30, within=30)
    assert operated.operator.writes() == 0
    assert operated.cluster.get(ADMIN, operated.own_namespace, "ada") == before


def test_of_two_with_one_address_the_older_has_it(operated: Operated) -> None:
    make(operated, "ada", email="same@example.com")
    make(operated, "bob", email="same@example.com")
    # The API server's clock counts whole seconds; within one, the name decides.
    assert "BackpackAdmin ada" in wait_told(operated, "bob", "EmailTaken")
    wait_told(operated, "ada", "NoPassword")
    operated.cluster.change(ADMIN, operated.own_namespace, "ada", spec={"email": "ada@example.com"})
    wait_told(operated, "bob", "NoPassword")


def test_a_secret_of_somebody_elses_is_left_alone(operated: Operated) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret_name("ada"), "namespace": operated.own_namespace},
        "data": {PASSWORD_HASH: "aGFzaA=="},
    }
    made = operated.cluster.create(foreign)
    make(operated, "ada")
    assert secret_name("ada") in wait_told(operated, "ada", "SecretNotOurs")
    assert operated.cluster.get(SECRET, operated.own_namespace, secret_name("ada")) == made
    operated.cluster.delete(SECRET, operated.own_namespace, secret_name("ada"))
    wait_told(operated, "ada", "NoPassword")


def test_in_another_namespace_it_is_told_that_it_does_not_count(operated: Operated) -> None:
    make(operated, "ada", operated.namespace)
    message = wait_told(operated, "ada", "WrongNamespace", operated.namespace)
    assert operated.own_namespace in message
    assert operated.cluster.find(SECRET, operated.namespace, secret_name("ada")) is None
    operated.cluster.delete(ADMIN, operated.namespace, "ada")
    assert operated.cluster.find(ADMIN, operated.namespace, "ada") is None


@pytest.mark.long
def test_whoever_goes_is_named_by_no_backpack(operated: Operated) -> None:
    make(operated, "ada")
    make(operated, "bob")
    wait_told(operated, "ada", "NoPassword")
    operated.cluster.backpack(operated.namespace, "one", admins=["ada"])
    operated.cluster.backpack(operated.namespace, "two", admins=["bob", "ada"])
    operated.cluster.backpack(operated.other_namespace, "three", admins=["ada", "bob"], paused=True)
    operated.cluster.delete(ADMIN, operated.own_namespace, "ada")
    eventually(
        lambda: operated.cluster.find(ADMIN, operated.own_namespace, "ada") is None, within=30, every=0.1
    )
    assert (named(operated, "one"), named(operated, "two")) == ([], ["bob"])
    assert operated.cluster.get(BACKPACK, operated.other_namespace, "three")["spec"]["admins"] == ["bob"]
    eventually(
        lambda: operated.cluster.find(SECRET, operated.own_namespace, secret_name("ada")) is None,
        within=60,
        what="the Secret is collected",
    )


@pytest.mark.parametrize("done", [2, 5])
def test_a_deletion_that_was_interrupted_is_finished_by_the_next_operator(
    operated: Operated, done: int
) -> None:
    """It was killed with the name taken out of some Backpacks, or of all, and the account still there."""
    make(operated, "ada")
    wait_told(operated, "ada", "NoPassword")
    operated.operator.kill()
    for number in range(5):
        operated.cluster.backpack(operated.namespace, f"number-{number}", admins=["ada", "bob"])
    operated.cluster.delete(ADMIN, operated.own_namespace, "ada")
    for number in range(done):
        operated.cluster.change(BACKPACK, operated.namespace, f"number-{number}", spec={"admins": ["bob"]})
    body = operated.cluster.get(ADMIN, operated.own_namespace, "ada")
    assert FINALIZER in body["metadata"]["finalizers"], "it waits for the operator"
    operated.operator.start()
    eventually(
        lambda: operated.cluster.find(ADMIN, operated.own_namespace, "ada") is None, within=60, every=0.1
    )
    assert [named(operated, f"number-{number}") for number in range(5)] == [["bob"]] * 5


def test_a_backpack_that_names_nobody_there_works_and_says_so(operated: Operated) -> None:
    operated.backpack("todo", admins=["ada"])
    told = operated.cluster.wait_reason(operated.namespace, "todo", "UnknownAdmins", "AdminUnknown")
    assert "spec.admins names ada" in told["message"]
    make(operated, "ada")

    def nothing_told() -> bool:
        conditions = operated.cluster.get(BACKPACK, operated.namespace, "todo")["status"]["conditions"]
        return "UnknownAdmins" not in {one["type"] for one in conditions}

    eventually(nothing_told, within=30)


def test_no_backpack_is_accepted_beside_the_dashboard(cluster: OperatedCluster, tmp_path: Path) -> None:
    own = cluster.namespace("system")
    with cluster.operator(tmp_path, own, own, **QUICK):
        cluster.backpack(own, "todo", deletionPolicy="Delete")
        told = cluster.wait_reason(own, "todo", "Ready", "NamespaceReserved")
        assert "create it in another namespace" in told["message"]
        assert [
            item for kind in CHILDREN for item in cluster.list(kind, own, "app.kubernetes.io/instance=todo")
        ] == []
        cluster.delete(BACKPACK, own, "todo")
        eventually(lambda: cluster.find(BACKPACK, own, "todo") is None, within=20)
