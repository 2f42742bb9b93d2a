"""`kubectl apply` takes what is right, and refuses the rest with a sentence that says
what to write."""

import json
from typing import Any

import pytest
import yaml

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.kinds import BACKPACK
from support.kubectl import Kubectl, KubectlError, backpack
from support.operated_cluster import ROOT, OperatedCluster

REFUSED_AT_FIRST: list[tuple[str, dict[str, Any], str]] = [
    ("a" * 41, {}, "at most 40 characters long"),
    ("1st", {}, "must begin with a letter"),
    ("my.shop", {}, "only lower-case letters, digits and hyphens"),
    ("admin", {}, "set spec.hostname"),
    ("todo-api", {}, "set spec.hostname"),
    ("todo", {"hostname": "admin"}, "reserved; write another one"),
    ("todo", {"hostname": "shop-api"}, "reserved; write another one"),
    ("todo", {"hostname": "Shop"}, "must be one DNS label"),
    ("todo", {"hostname": "todo.example.com"}, "write `todo`, not `todo.example.com`"),
    ("todo", {"hostname": ""}, "must be one DNS label"),
    ("todo", {"hostname": "h" * 60}, "Too long"),
    ("todo", {"api": {"replicas": -1}}, "replicas must be a number from 1 to 20"),
    ("todo", {"api": {"replicas": 0}}, "replicas must be a number from 1 to 20"),
    ("todo", {"web": {"replicas": 21}}, "replicas must be a number from 1 to 20"),
    ("todo", {"web": {"replicas": "two"}}, "must be of type integer"),
    ("todo", {"database": {"engine": "mysql"}}, 'supported values: "mongodb", "ferretdb"'),
    ("todo", {"deletionPolicy": "Keep"}, 'supported values: "Retain", "Delete"'),
    ("todo", {"adoptRetained": "yes"}, "must be a UID such as"),
    ("todo", {"cache": {"storage": {"size": "lots"}}}, "such as 512Mi or 10Gi"),
    ("todo", {"files": {"storage": {"size": "0"}}}, "above zero"),
    ("todo", {"files": {"storage": {"accessMode": "Any"}}}, '"ReadWriteOnce", "ReadWriteMany"'),
    ("todo", {"api": {"resources": {"requests": {"cpu": "fast"}}}}, "write a quantity above zero"),
    ("todo", {"api": {"resources": {"limits": {"memory": "-1Gi"}}}}, "write a quantity above zero"),
    ("todo", {"api": {"resources": {"limits": {"cpu": -1}}}}, "write a quantity above zero"),
    (
        "todo",
        {"web": {"resources": {"requests": {"cpu": 1}, "limits": {"cpu": "500m"}}}},
        "requests.cpu must not be above limits.cpu",
    ),
    (
        "todo",
        {"web": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
        "requests.memory must not be above limits.memory",
    ),
    (
        "todo",
        {"web": {"resources": {"requests": {"gpu": 1}}}},
        'unknown field "spec.web.resources.requests.gpu"',
    ),
    ("todo", {"api": {"replica": 1}}, 'unknown field "spec.api.replica"'),
    ("todo", {"color": "red"}, 'unknown field "spec.color"'),
]

FULL: dict[str, Any] = {
    "database": {"engine": "ferretdb", "storage": {"size": "2Gi", "storageClassName": "fast"}},
    "cache": {"storage": {"size": "1Gi"}},
    "files": {"storage": {"size": "5Gi", "accessMode": "ReadWriteMany"}},
}

REFUSED_LATER: list[tuple[dict[str, Any], str]] = [
    ({"database": {"engine": "mongodb"}}, "it must stay `ferretdb`"),
    ({"database": {"engine": None}}, "it must stay `ferretdb`"),
    ({"database": {"storage": {"size": "1Gi"}}}, "storage can grow but not shrink; write 2Gi or more"),
    ({"database": {"storage": {"storageClassName": "slow"}}}, "storageClassName cannot change"),
    ({"database": {"storage": {"storageClassName": None}}}, "storageClassName cannot change"),
    ({"cache": {"storage": {"size": "1023Mi"}}}, "storage can grow but not shrink; write 1Gi or more"),
    ({"files": {"storage": {"size": "1Gi"}}}, "storage can grow but not shrink; write 5Gi or more"),
    ({"files": {"storage": {"accessMode": "ReadWriteOnce"}}}, "it must stay ReadWriteMany"),
    ({"files": None}, "it must stay ReadWriteMany"),
]


@pytest.fixture
def kubectl(cluster: OperatedCluster) -> Kubectl:
    namespace = cluster.namespace("crd")
    return Kubectl(cluster.plane.kubectl, cluster.plane.kubeconfig, namespace)


def apply(kubectl: Kubectl, manifest: dict[str, Any]) -> None:
    """One object in one file, as a user has it."""
    kubectl.run("apply", "-f", "-", stdin=json.dumps(manifest))


def merged(one: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key, {}), value) if isinstance(value, dict) else value
    return result


def test_bad_input_is_refused_with_a_sentence(kubectl: Kubectl) -> None:
    told = {}
    for name, spec, _ in REFUSED_AT_FIRST:
        with pytest.raises(KubectlError) as refused:
            apply(kubectl, backpack(name, **spec))
        told[name, str(spec)] = refused.value.stderr
    silent = [
        (name, spec, told[name, str(spec)])
        for name, spec, sentence in REFUSED_AT_FIRST
        if sentence not in told[name, str(spec)]
    ]
    assert silent == []


def test_what_a_volume_was_made_with_cannot_be_changed(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", **FULL))
    told = []
    for change, sentence in REFUSED_LATER:
        with pytest.raises(KubectlError) as refused:
            kubectl.apply(backpack("todo", **merged(FULL, change)))
        if sentence not in refused.value.stderr:
            told.append((change, refused.value.stderr))
    assert told == []


def test_volumes_grow_and_hostnames_change(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo", **FULL))
    grown = merged(FULL, {"database": {"storage": {"size": "2049Mi"}}, "hostname": "other"})
    kubectl.apply(backpack("todo", **grown))
    spec = kubectl.get("bp", "todo")["spec"]
    assert spec["database"]["storage"]["size"] == "2049Mi"
    assert spec["hostname"] == "other"


def test_an_engine_that_was_chosen_by_the_operator_cannot_be_changed(
    cluster: OperatedCluster, kubectl: Kubectl
) -> None:
    kubectl.apply(backpack("todo"))
    path = f"{BACKPACK.path(kubectl.namespace, 'todo')}/status"
    cluster.api.merge(path, {"status": {"engine": "ferretdb"}})
    with pytest.raises(KubectlError, match="it must stay `ferretdb`"):
        kubectl.apply(backpack("todo", database={"engine": "mongodb"}))
    kubectl.apply(backpack("todo", database={"engine": "ferretdb"}))


def test_a_name_with_its_own_hostname_may_be_reserved(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("admin", hostname="shop"), backpack("todo-api", hostname="todo2"))
    assert {item["metadata"]["name"] for item in kubectl.list("bp")} == {"admin", "todo-api"}


def test_an_empty_backpack_gets_every_default(kubectl: Kubectl) -> None:
    manifest = backpack("todo")
    del manifest["spec"]
    kubectl.apply(manifest)
    body = kubectl.get("backpack", "todo")
    assert body["spec"] == {
        "deletionPolicy": "Retain",
        "api": {"replicas": 1},
        "database": {"storage": {"size": "1Gi"}},
        "cache": {"storage": {"size": "256Mi"}},
        "files": {"storage": {"size": "1Gi", "accessMode": "ReadWriteOnce"}},
        "web": {"replicas": 1},
    }
    # The operator reads an object without a spec, from an older schema, as the same.
    assert Backpack.parse(body) == Backpack.parse({"metadata": body["metadata"]})


def test_users_find_it_by_its_short_name_and_category(kubectl: Kubectl) -> None:
    kubectl.apply(backpack("todo"))
    columns = kubectl.run("get", "bp").splitlines()[0].split()
    assert columns == ["NAME", "READY", "REASON", "URL", "AGE"]
    wide = kubectl.run("get", "bp", "-o", "wide").splitlines()[0].split()
    assert wide == ["NAME", "READY", "REASON", "URL", "ENGINE", "VERSION", "AGE"]
    assert "backpack.backpack.dev/todo" in kubectl.run("get", "all", "-o", "name")


def test_every_field_has_a_description() -> None:
    document = yaml.safe_load((ROOT / "crds" / "backpacks.yaml").read_text())
    schema = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    bare = [path for path, node in fields(schema, "") if not node.get("description")]
    assert bare == [".metadata"]


def fields(node: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    """Every property of a schema, with its path."""
    result = []
    for name, value in node.get("properties", {}).items():
        result += [(f"{path}.{name}", value), *fields(value, f"{path}.{name}")]
    if "items" in node:
        result += fields(node["items"], f"{path}[]")
    return result
