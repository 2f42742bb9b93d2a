"""`kubectl apply` takes a BackpackAdmin that is right, and refuses the rest with a sentence
that says what to write."""

import json
from typing import Any

import pytest
import yaml

from backpack_contract import admins, resources
from support.kubectl import Kubectl, KubectlError
from support.operated_cluster import ROOT, OperatedCluster

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a" * 64, {"email": "ada@example.com"}, "at most 63 characters long"),
    ("1ada", {"email": "ada@example.com"}, "must begin with a letter"),
    ("ada.l", {"email": "ada@example.com"}, "only lower-case letters, digits and hyphens"),
    ("operator", {"email": "ada@example.com"}, "choose another name"),
    ("ada", {}, "spec.email: Required value"),
    ("ada", {"email": ""}, "at least 3 chars long"),
    ("ada", {"email": "ada"}, "must be an address such as `ada@example.com`"),
    ("ada", {"email": "a da@example.com"}, "must be an address"),
    ("ada", {"email": "ada@ex@ample.com"}, "must be an address"),
    ("ada", {"email": "Ada@example.com"}, "must be in lower case"),
    ("ada", {"email": f"ada@{'e' * 251}"}, "Too long"),
    ("ada", {"email": "ada@example.com", "role": "admin"}, 'supported values: "owner", "developer"'),
    ("ada", {"email": "ada@example.com", "displayName": ""}, "at least 1 chars long"),
    ("ada", {"email": "ada@example.com", "displayName": "x" * 101}, "Too long"),
    ("ada", {"email": "ada@example.com", "disabled": "yes"}, "must be of type boolean"),
    ("ada", {"email": "ada@example.com", "password": "secret"}, 'unknown field "spec.password"'),
]


@pytest.fixture
def kubectl(cluster: OperatedCluster) -> Kubectl:
    return Kubectl(cluster.plane.kubectl, cluster.plane.kubeconfig, cluster.namespace("admins"))


def admin(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": resources.API_VERSION,
        "kind": admins.KIND,
        "metadata": {"name": name},
        "spec": spec,
    }


def test_bad_input_is_refused_with_a_sentence(kubectl: Kubectl) -> None:
    silent = []
    for name, spec, sentence in REFUSED:
        with pytest.raises(KubectlError) as refused:
            # One object in one file, as a user has it.
            kubectl.run("apply", "-f", "-", stdin=json.dumps(admin(name, **spec)))
        if sentence not in refused.value.stderr:
            silent.append((name, spec, refused.value.stderr))
    assert silent == []


def test_an_address_is_enough(kubectl: Kubectl) -> None:
    kubectl.apply(admin("ada", email="ada@example.com"))
    spec = kubectl.get("bpa", "ada")["spec"]
    assert spec == {"email": "ada@example.com", "role": admins.DEVELOPER, "disabled": False}


def test_every_field_at_once_is_taken_as_written(kubectl: Kubectl) -> None:
    spec = {
        "email": f"{'a' * 64}@example.com",
        "displayName": "Ada Lovelace",
        "role": admins.OWNER,
        "disabled": True,
    }
    kubectl.apply(admin("a" * 63, **spec))
    assert kubectl.get("backpackadmin", "a" * 63)["spec"] == spec


def test_people_find_it_by_its_short_name_and_its_columns(kubectl: Kubectl) -> None:
    kubectl.apply(admin("ada", email="ada@example.com"))
    columns = kubectl.run("get", "bpa").splitlines()
    assert columns[0].split() == ["NAME", "EMAIL", "ROLE", "READY", "REASON", "AGE"]
    assert columns[1].split()[:3] == ["ada", "ada@example.com", "developer"]
    assert "backpackadmin.backpack.dev/ada" in kubectl.run("get", "all", "-o", "name")


def test_explain_reads_like_documentation(kubectl: Kubectl) -> None:
    text = " ".join(kubectl.run("explain", "backpackadmin.spec").split())
    for words in ("-required-", "An `owner` finds all Backpacks", "Whether the account is locked"):
        assert words in text


def test_every_field_has_a_description() -> None:
    definition = yaml.safe_load((ROOT / "crds" / f"{admins.PLURAL}.yaml").read_text())
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert [path for path in undescribed(schema, "") if path != ".metadata"] == []


def undescribed(node: dict[str, Any], path: str) -> list[str]:
    fields = [(f"{path}.{name}", field) for name, field in node.get("properties", {}).items()]
    if "items" in node:
        fields.append((f"{path}[]", node["items"]))
    bare = [where for where, field in fields if not field.get("description")]
    return bare + [inner for where, field in fields for inner in undescribed(field, where)]
