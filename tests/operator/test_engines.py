"""Both engines' pods are taken by a namespace that enforces Pod Security `restricted`."""

import pytest

from backpack_operator.model.kinds import DEPLOYMENT, Kind
from support.operated_cluster import Operated
from support.waiting import eventually

POD = Kind("v1", "Pod", "pods")
NAMESPACE = "/api/v1/namespaces"


@pytest.mark.parametrize("engine", ["ferretdb", "mongodb"])
def test_a_restricted_namespace_takes_every_pod(operated: Operated, engine: str) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    operated.cluster.api.merge(f"{NAMESPACE}/{operated.namespace}", {"metadata": {"labels": labels}})
    body = operated.backpack("todo", database={"engine": engine}, api={"replicas": 2})
    assert body["status"]["engine"] == engine
    eventually(lambda: len(operated.cluster.list(POD, operated.namespace)) == 5, within=30)
    ready = operated.cluster.wait_ready(operated.namespace, "todo")
    degraded = [item for item in ready["status"]["conditions"] if item["type"] == "Degraded"]
    assert degraded[0]["reason"] == "AsExpected"
    pod = operated.cluster.get(DEPLOYMENT, operated.namespace, "todo-mongo")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == {"ferretdb": 10001, "mongodb": 999}[engine]
