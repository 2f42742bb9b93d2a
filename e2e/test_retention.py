"""Deleting a Backpack: what goes, what stays, and who may have what stayed."""

import pytest

from support.backpack_client import BackpackClient
from support.backpacks import create_ready, of_instance, unique
from support.kubectl import Kubectl, backpack
from support.waiting import eventually

OWNED = "deployments,services,configmaps,networkpolicies,ingressroutes,pods"


def uid_of(kubectl: Kubectl, name: str) -> str:
    uid: str = kubectl.get("backpack", name)["metadata"]["uid"]
    return uid


def wait_children_gone(kubectl: Kubectl, name: str, kinds: str = OWNED) -> None:
    def gone() -> bool:
        left = kubectl.list(kinds, of_instance(name))
        assert not left, [f"{item['kind']}/{item['metadata']['name']}" for item in left]
        return True

    eventually(gone, within=90, every=0.5, what=f"children of {name} are gone")


def test_retained_data_outlives_its_backpack_and_is_given_only_to_who_names_it(namespace: Kubectl) -> None:
    name = unique("keep")
    first = create_ready(namespace, name)
    with BackpackClient(first["status"]["apiUrl"], "ada@example.com") as ada:
        ada.sign_up().create("tasks", {"title": "survives"})
    uid = uid_of(namespace, name)

    namespace.run("delete", "backpack", name, "--wait=true", timeout=60)
    wait_children_gone(namespace, name)
    claims = namespace.list("persistentvolumeclaims", of_instance(name))
    assert {claim["metadata"]["name"] for claim in claims} == {
        f"{name}-{c}" for c in ("mongo", "redis", "files")
    }
    assert namespace.find("secret", f"{name}-credentials")

    namespace.apply(backpack(name))
    refusal = namespace.wait_reason(name, "Ready", "RetainedDataFound")
    assert uid in refusal["message"]
    assert not namespace.list("deployments", of_instance(name))

    namespace.apply(backpack(name, adoptRetained="00000000-0000-0000-0000-000000000000"))
    assert uid in namespace.wait_reason(name, "Ready", "RetainedDataFound")["message"]

    second = create_ready(namespace, name, adoptRetained=uid)
    with BackpackClient(second["status"]["apiUrl"], "ada@example.com") as ada:
        assert ada.login().status_code == 200
        assert ada.titles("tasks") == {"survives"}
    namespace.run("delete", "backpack", name)


@pytest.mark.long
def test_with_the_policy_delete_nothing_stays(namespace: Kubectl) -> None:
    name = unique("drop")
    create_ready(namespace, name, deletionPolicy="Delete")
    namespace.run("delete", "backpack", name, "--wait=true", timeout=60)
    wait_children_gone(namespace, name, f"{OWNED},persistentvolumeclaims,secrets")
