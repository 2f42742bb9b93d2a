"""Pods that do not get on: each is told of with what to do about it, and what is mended
goes on by itself. The test plays the kubelet, in the words of a real one."""

from typing import Any

from backpack_operator.model.kinds import EVENT, POD
from support.operated_cluster import Operated
from support.waiting import eventually

WITHIN = 60
"""Seconds in which a failure has to be told of."""


PULL = 'failed to resolve reference "registry.test/web:1": dial tcp: lookup registry.test: no such host'


def waiting(
    reason: str, message: str, restarts: int = 0, last: tuple[int, str] | None = None
) -> dict[str, Any]:
    ended = {"lastState": {"terminated": {"exitCode": last[0], "reason": last[1]}}} if last else {}
    return {"state": {"waiting": {"reason": reason, "message": message}}, "restartCount": restarts, **ended}


FAILURES = {
    "mongo": (
        waiting("CrashLoopBackOff", "back-off 20s", 2, (137, "OOMKilled")),
        "OutOfMemory",
        "Raise spec.database.resources.limits.memory",
    ),
    "redis": (
        waiting("CreateContainerConfigError", 'couldn\'t find key x in Secret "todo-credentials"'),
        "ContainerNotStarted",
        "couldn't find key x in Secret",
    ),
    "api": (
        waiting("CrashLoopBackOff", "back-off 20s", 2, (3, "Error")),
        "CrashLooping",
        "The API ends again and again (exit code 3)",
    ),
    "web": (
        waiting("ImagePullBackOff", f'Back-off pulling image "registry.test/web:1": ErrImagePull: {PULL}'),
        "ImagePullFailed",
        f"The image registry.test/web:1 of the web server cannot be pulled: {PULL}. See",
    ),
}
"""Component -> the state of its container, the reason and some words of the condition."""

CONDITIONS = {"mongo": "DatabaseReady", "redis": "CacheReady", "api": "ApiReady", "web": "WebReady"}


def put(operated: Operated, component: str, **status: Any) -> None:
    """Write the status of the component's pods."""

    def written() -> bool:
        pods = operated.cluster.list(POD, operated.namespace, f"app.kubernetes.io/component={component}")
        for pod in pods:
            path = f"{POD.path(operated.namespace, pod['metadata']['name'])}/status"
            operated.cluster.api.merge(path, {"status": status})
        return bool(pods)

    eventually(written, within=20, every=0.1, what=f"{component} has a pod")


def failing(component: str, state: dict[str, Any]) -> dict[str, Any]:
    container = {"name": component, "image": "", "imageID": "", "ready": False, **state}
    return {"phase": "Pending", "containerStatuses": [container]}


def reasons(operated: Operated) -> list[str]:
    events = operated.cluster.list(EVENT, operated.namespace)
    return [item["reason"] for item in events if item.get("regarding", {}).get("kind") == "Backpack"]


def looks(operated: Operated) -> float:
    return operated.operator.metrics()['backpack_operator_reconcile_seconds_count{outcome="waiting"}']


def test_containers_that_do_not_run_are_told_of_once_and_until_they_do(operated: Operated) -> None:
    operated.backpack("todo")
    for component, (state, _, _) in FAILURES.items():
        put(operated, component, **failing(component, state))
    for component, (_, reason, words) in FAILURES.items():
        condition = CONDITIONS[component]
        told = operated.cluster.wait_reason(operated.namespace, "todo", condition, reason, WITHIN)
        assert words in told["message"]
    for condition in ("Ready", "Degraded"):
        operated.cluster.wait_reason(operated.namespace, "todo", condition, "OutOfMemory")

    # What lasts is looked at, but not written again, nor if it is said in other words.
    operated.operator.wait_settled()
    before, looked = operated.operator.writes(), looks(operated)
    put(operated, "web", **failing("web", waiting("ErrImagePull", PULL)))
    eventually(lambda: looks(operated) >= looked + 3, within=30, what="it is looked at again")
    assert operated.operator.writes() == before
    assert reasons(operated).count("OutOfMemory") == 2  # of Ready, and of Degraded

    running = {"phase": "Running", "containerStatuses": None}
    ready = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")]
    put(operated, "mongo", **running, conditions=ready)
    operated.cluster.wait_reason(operated.namespace, "todo", "Ready", "ContainerNotStarted", WITHIN)
    for component in ("redis", "api", "web"):
        put(operated, component, **running, conditions=ready)
    operated.cluster.wait_ready(operated.namespace, "todo", within=WITHIN)
    operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "AsExpected")


def test_a_pod_that_finds_no_node(operated: Operated) -> None:
    operated.backpack("todo")
    lacking = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    words = "0/3 nodes are available: 3 Insufficient memory. preemption: none."
    since = "2026-01-01T00:00:00Z"
    put(operated, "mongo", conditions=[{**lacking, "message": words, "lastTransitionTime": since}])
    told = operated.cluster.wait_reason(operated.namespace, "todo", "DatabaseReady", "Unschedulable", WITHIN)
    assert words in told["message"]
    assert "spec.database.resources.requests" in told["message"]
    operated.cluster.wait_ready(operated.namespace, "todo", within=WITHIN)


def test_pods_that_a_quota_forbids(operated: Operated) -> None:
    path = f"/api/v1/namespaces/{operated.namespace}/resourcequotas"
    quota = {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "3"}}}
    operated.cluster.api.request("POST", path, {"apiVersion": "v1", "kind": "ResourceQuota", **quota})
    eventually(
        lambda: operated.cluster.api.request("GET", f"{path}/few").get("status", {}).get("hard"), within=20
    )
    operated.backpack("todo")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "PodsRefused", WITHIN)
    assert "exceeded quota: few" in told["message"]
    assert "kubectl rollout restart" in told["message"]
    operated.cluster.api.request("DELETE", f"{path}/few")
    operated.cluster.wait_ready(operated.namespace, "todo", within=120)
