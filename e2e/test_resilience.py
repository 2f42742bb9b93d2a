"""Pods that are killed, children that are meddled with, an operator that restarts."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.backpack_client import BackpackClient
from support.backpacks import COMPONENTS, create_ready, of_instance, pod_of, unique
from support.kubectl import Kubectl, KubectlError, Object
from support.waiting import eventually

OPERATOR_NAMESPACE = "backpack-system"
CHILDREN = "deployments,services,configmaps,persistentvolumeclaims,secrets,networkpolicies,ingressroutes"


@pytest.fixture(scope="module")
def strong(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("strong"))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_killed_pod_comes_back_and_nothing_acknowledged_is_lost(
    namespace: Kubectl, strong: Object, component: str
) -> None:
    name = strong["metadata"]["name"]
    with BackpackClient(strong["status"]["apiUrl"], f"{component}@example.com") as user:
        user.sign_up()
        wanted = {user.create("tasks", {"title": f"{component} {n}"})["title"] for n in range(20)}
        killed = pod_of(namespace, name, component)
        # With a grace of one second, and not of none: then the object goes only when its processes have.
        namespace.run("delete", "pod", killed["metadata"]["name"], "--grace-period=1", "--wait=true")

        def replaced() -> bool:
            pod = pod_of(namespace, name, component)
            assert pod["metadata"]["uid"] != killed["metadata"]["uid"]
            states = {c["type"]: c["status"] for c in pod["status"].get("conditions", [])}
            return states.get("Ready") == "True"

        eventually(replaced, within=60, what=f"{component}'s pod is replaced, and ready")
        namespace.wait_ready(name)

        def kept() -> bool:
            """The session of before still opens all that was acknowledged."""
            assert user.http.get("/auth/me").status_code == 200
            assert wanted <= user.titles("tasks")
            return True

        eventually(kept, within=30)


def test_a_child_that_is_deleted_or_changed_by_hand_comes_back(namespace: Kubectl, strong: Object) -> None:
    name = strong["metadata"]["name"]
    uids = {}
    for kind, child in (
        ("deployment", f"{name}-web"),
        ("service", f"{name}-api"),
        ("configmap", f"{name}-config"),
        ("ingressroute", f"{name}-site"),
    ):
        uids[kind, child] = namespace.get(kind, child)["metadata"]["uid"]
        namespace.run("delete", kind, child, "--wait=false")
    for (kind, child), uid in uids.items():

        def back(kind: str = kind, child: str = child, uid: str = uid) -> bool:
            found = namespace.find(kind, child)
            return found is not None and found["metadata"]["uid"] != uid

        eventually(back, within=30, what=f"{kind} {child} comes back")

    namespace.run("scale", "deployment", f"{name}-redis", "--replicas=0")
    eventually(
        lambda: namespace.get("deployment", f"{name}-redis")["spec"]["replicas"] == 1,
        within=30,
        what="the cache is scaled back",
    )
    namespace.wait_ready(name)
    with BackpackClient(strong["status"]["apiUrl"], "after@example.com") as user:
        eventually(lambda: user.register().status_code in {201, 409}, within=30)


def operator_metrics(system: Kubectl, pod: str) -> dict[tuple[str, str], float]:
    """Sums of the operator's metrics by name and by `method`, where they have one."""
    path = f"/api/v1/namespaces/{OPERATOR_NAMESPACE}/pods/{pod}:8080/proxy/metrics"
    sums: dict[tuple[str, str], float] = {}
    for family in text_string_to_metric_families(system.run("get", "--raw", path)):
        for sample in family.samples:
            key = sample.name, sample.labels.get("method", "")
            sums[key] = sums.get(key, 0) + sample.value
    return sums


def versions(kubectl: Kubectl, name: str) -> dict[tuple[str, str], str]:
    """The resource version of every child and of the Backpack itself."""
    objects = [*kubectl.list(CHILDREN, of_instance(name)), kubectl.get("backpack", name)]
    return {(o["kind"], o["metadata"]["name"]): o["metadata"]["resourceVersion"] for o in objects}


def test_an_operator_that_is_killed_changes_nothing_when_it_starts(
    namespace: Kubectl, strong: Object
) -> None:
    name = strong["metadata"]["name"]
    namespace.wait_ready(name)
    pods = {c: pod_of(namespace, name, c)["metadata"]["uid"] for c in COMPONENTS}
    before = versions(namespace, name)

    system = namespace.within(OPERATOR_NAMESPACE)
    operator = "app.kubernetes.io/component=operator"
    (killed,) = system.list("pods", operator)
    system.run("delete", "pod", killed["metadata"]["name"], "--grace-period=0", "--force", "--wait=false")

    def started_anew() -> dict[tuple[str, str], float]:
        live = [p for p in system.list("pods", operator) if p["metadata"]["uid"] != killed["metadata"]["uid"]]
        assert len(live) == 1
        found = operator_metrics(system, live[0]["metadata"]["name"])
        reconciled = sum(v for (metric, _), v in found.items() if metric.endswith("reconcile_seconds_count"))
        assert reconciled >= len(system.list("backpacks", "", everywhere=True))
        return found

    found = eventually(
        started_anew,
        within=60,
        what="the new operator has looked at every Backpack",
        retry_on=(AssertionError, KubectlError),
    )
    writes = {method: v for (metric, method), v in found.items() if metric.endswith("api_requests_total")}
    assert set(writes) <= {"GET"}, writes
    assert versions(namespace, name) == before
    assert {c: pod_of(namespace, name, c)["metadata"]["uid"] for c in COMPONENTS} == pods
