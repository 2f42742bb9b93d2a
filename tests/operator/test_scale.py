"""Replicas: by the scale subresource, which an autoscaler uses, and what follows from them."""

import pytest

from backpack_operator.model.kinds import BACKPACK, DEPLOYMENT, DISRUPTION_BUDGET, Kind
from support.kubectl import Kubectl, KubectlError
from support.operated_cluster import Operated
from support.waiting import eventually

POD = Kind("v1", "Pod", "pods")


@pytest.fixture
def kubectl(operated: Operated) -> Kubectl:
    plane = operated.cluster.plane
    return Kubectl(plane.kubectl, plane.kubeconfig, operated.namespace)


def test_kubectl_scales_the_api(operated: Operated, kubectl: Kubectl) -> None:
    operated.backpack("todo")
    kubectl.run("scale", "bp/todo", "--replicas=3")

    def scaled() -> bool:
        live = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-api")
        return bool(live["spec"]["replicas"] == 3)

    eventually(scaled, within=15)
    operated.cluster.wait_ready(operated.namespace, "todo")

    def counted() -> None:
        path = f"{BACKPACK.path(operated.namespace, 'todo')}/scale"
        scale = operated.cluster.api.request("GET", path)
        assert (scale["spec"]["replicas"], scale["status"]["replicas"]) == (3, 3)
        selected = operated.cluster.list(POD, operated.namespace, scale["status"]["selector"])
        assert len(selected) == 3

    eventually(lambda: counted() is None, within=20)
    told = operated.cluster.wait_reason(operated.namespace, "todo", "MultiAttachRisk", "ReadWriteOnceVolume")
    assert "ReadWriteMany" in told["message"]


@pytest.mark.parametrize("replicas", ["0", "21"])
def test_a_scale_beyond_the_bounds_is_refused(operated: Operated, kubectl: Kubectl, replicas: str) -> None:
    operated.backpack("todo")
    with pytest.raises(KubectlError, match="replicas must be a number from 1 to 20"):
        kubectl.run("scale", "bp/todo", f"--replicas={replicas}")


def test_disruption_budgets_come_and_go_with_the_replicas(operated: Operated) -> None:
    operated.backpack("todo", web={"replicas": 2})
    budgets = operated.cluster.list(DISRUPTION_BUDGET, operated.namespace)
    assert [item["metadata"]["name"] for item in budgets] == ["todo-web"]
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec={"web": {"replicas": 1}})
    eventually(lambda: operated.cluster.list(DISRUPTION_BUDGET, operated.namespace) == [], within=15)


@pytest.mark.long
def test_an_autoscaler_scales_the_backpack_and_the_operator_does_not_undo_it(operated: Operated) -> None:
    """A real one, to whose lower bound nobody needs metrics."""
    operated.backpack("todo")
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "todo", "namespace": operated.namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": BACKPACK.api_version, "kind": BACKPACK.kind, "name": "todo"},
            "minReplicas": 3,
            "maxReplicas": 5,
        },
    }
    path = f"/apis/autoscaling/v2/namespaces/{operated.namespace}/horizontalpodautoscalers"
    operated.cluster.api.request("POST", path, autoscaler)

    def replicas() -> int:
        live = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-api")
        return int(live["spec"]["replicas"])

    eventually(lambda: replicas() == 3, within=90, what="the Deployment follows the autoscaler")
    # A hand on the Deployment is not the autoscaler's.
    operated.cluster.change(DEPLOYMENT, operated.namespace, "todo-api", spec={"replicas": 1})
    eventually(lambda: replicas() == 3, within=30)
    operated.cluster.api.request("DELETE", f"{path}/todo")
