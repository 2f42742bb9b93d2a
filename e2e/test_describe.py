"""What `kubectl describe` tells a stranger of a backpack that does not get on. What else can
go wrong has its condition and sentence in the operator's own tests; here they are seen as
kubectl shows them, with a real scheduler, kubelet and quota."""

import re

import pytest

from support.backpacks import unique
from support.kubectl import Kubectl, backpack
from support.waiting import eventually


def described(kubectl: Kubectl, name: str) -> str:
    """Its words, one space between each: kubectl breaks and aligns lines."""
    return re.sub(r"\s+", " ", kubectl.run("describe", "backpack", name))


def test_a_pod_without_a_node_is_told_of_and_so_is_what_to_do(namespace: Kubectl) -> None:
    name = unique("nowhere")
    nowhere = {"web": {"nodeSelector": {"backpack.dev/place": "nowhere"}}}
    namespace.apply(backpack(name, scheduling=nowhere))
    namespace.wait_reason(name, "WebReady", "Unschedulable", within=60)
    told = described(namespace, name)
    assert "Reason: Unschedulable" in told
    assert "spec.scheduling" in told
    assert "didn't match Pod's node affinity/selector" in told
    assert "Warning Unschedulable" in told
    namespace.run(
        "patch", "backpack", name, "--type=json", '--patch=[{"op": "remove", "path": "/spec/scheduling"}]'
    )
    namespace.wait_ready(name)
    namespace.wait_reason(name, "Degraded", "AsExpected", within=30)
    namespace.run("delete", "backpack", name)


@pytest.mark.long
def test_a_volume_that_a_quota_forbids_is_told_of_with_the_quota(namespace: Kubectl) -> None:
    name = unique("much")
    namespace.run("create", "quota", name, "--hard=requests.storage=1Gi")
    try:
        eventually(
            lambda: namespace.get("quota", name).get("status", {}).get("hard"), within=30, what="the quota"
        )
        namespace.apply(backpack(name))
        namespace.wait_reason(name, "Degraded", "QuotaExceeded", within=60)
        told = described(namespace, name)
        assert "Reason: QuotaExceeded" in told
        assert f"exceeded quota: {name}" in told
        assert "Warning QuotaExceeded" in told
    finally:
        namespace.run("delete", "quota", name)
    namespace.wait_ready(name)
    namespace.run("delete", "backpack", name)


def test_what_is_in_the_way_is_named_and_left_alone(namespace: Kubectl) -> None:
    name = unique("way")
    namespace.run("create", "configmap", f"{name}-config", "--from-literal=mine=yes")
    namespace.apply(backpack(name))
    namespace.wait_reason(name, "Degraded", "NameConflict", within=60)
    told = described(namespace, name)
    assert f"ConfigMap {name}-config" in told
    assert "Warning NameConflict" in told
    assert namespace.get("configmap", f"{name}-config")["data"] == {"mine": "yes"}
    namespace.run("delete", "configmap", f"{name}-config")
    namespace.wait_ready(name)
    namespace.run("delete", "backpack", name)


@pytest.mark.long
def test_a_container_without_enough_memory_is_told_of_and_so_is_what_to_raise(namespace: Kubectl) -> None:
    """Its program is killed by the kernel, again and again."""
    name = unique("tight")
    namespace.apply(backpack(name, api={"resources": {"limits": {"memory": "24Mi"}}}))
    namespace.wait_reason(name, "ApiReady", "OutOfMemory", within=120)
    told = described(namespace, name)
    assert "Raise spec.api.resources.limits.memory" in told
    assert "Warning OutOfMemory" in told
    more = '--patch={"spec": {"api": {"resources": {"limits": {"memory": "512Mi"}}}}}'
    namespace.run("patch", "backpack", name, "--type=merge", more)
    namespace.wait_ready(name)
    namespace.run("delete", "backpack", name)
