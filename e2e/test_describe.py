"""What `kubectl describe` tells a stranger of a backpack whose pods can't run."""

import re

from support.backpacks import unique
from support.kubectl import Kubectl, backpack


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
