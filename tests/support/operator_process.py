"""The operator's process, and the service account that it runs as."""

import signal
from collections.abc import Sequence
from typing import Any

import httpx
import yaml

from backpack_devcluster.api import Api
from backpack_devcluster.plane import ControlPlane
from backpack_operator import rbac
from support.admin_listener import AdminListener
from support.processes import ServerProcess
from support.waiting import eventually

Object = dict[str, Any]


class RunningOperator:
    """The operator's process; it can be ended and started again."""

    def __init__(self, process: ServerProcess, port: int, apis: AdminListener) -> None:
        self.process, self.url = process, f"http://127.0.0.1:{port}"
        self.apis = apis
        """What stands for the admin listeners of all backpacks' APIs."""

    def kill(self) -> None:
        """As a failing machine would: no time for anything."""
        self.process.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.stop()

    def start(self) -> None:
        self.process.start()

    def wait_settled(self, within: float = 30) -> None:
        """Until it has looked at every Backpack, and none waits for it."""

        def settled() -> bool:
            numbers = self.metrics()
            known = sum(value for name, value in numbers.items() if "operator_backpacks{" in name)
            seen = sum(value for name, value in numbers.items() if "reconcile_seconds_count" in name)
            return seen >= known > 0 and numbers["backpack_operator_queue_depth"] == 0

        eventually(settled, within=within, every=0.1, what="the operator is settled")

    def metrics(self) -> dict[str, float]:
        text = httpx.get(f"{self.url}/metrics", trust_env=False).text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def writes(self) -> float:
        """How often its reconciler has asked the API server to change something."""
        return sum(
            value
            for name, value in self.metrics().items()
            if name.startswith("backpack_operator_api_requests_total") and 'method="GET"' not in name
        )


def service_account(api: Api, plane: ControlPlane, own_namespace: str, watched: Sequence[str]) -> Object:
    """A kubeconfig of a service account that may do what `rbac` lists."""
    accounts = f"/api/v1/namespaces/{own_namespace}/serviceaccounts"
    api.apply(
        f"{accounts}/operator",
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "operator", "namespace": own_namespace},
        },
    )
    _grant(api, own_namespace, own_namespace, "own", rbac.OWN_RULES)
    for namespace in watched:
        _grant(api, own_namespace, namespace, "backpacks", rbac.BACKPACK_RULES)
    if not watched:
        _grant(api, own_namespace, None, "operator", rbac.BACKPACK_RULES + rbac.CLUSTER_RULES)
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 3600},
    }
    token = api.request("POST", f"{accounts}/operator/token", request)["status"]["token"]
    admin = yaml.safe_load(plane.kubeconfig.read_text())
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "operator",
        "clusters": [{"name": "cluster", "cluster": admin["clusters"][0]["cluster"]}],
        "users": [{"name": "operator", "user": {"token": token}}],
        "contexts": [{"name": "operator", "context": {"cluster": "cluster", "user": "operator"}}],
    }


def _grant(api: Api, account: str, namespace: str | None, name: str, rules: Sequence[rbac.Rule]) -> None:
    group = "rbac.authorization.k8s.io"
    kind = "Role" if namespace else "ClusterRole"
    place = f"/apis/{group}/v1" + (f"/namespaces/{namespace}" if namespace else "")
    metadata = {"name": f"{name}-{account}"} | ({"namespace": namespace} if namespace else {})
    role = {
        "apiVersion": f"{group}/v1",
        "kind": kind,
        "metadata": metadata,
        "rules": [rule.to_dict() for rule in rules],
    }
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": group, "kind": kind, "name": metadata["name"]},
        "subjects": [{"kind": "ServiceAccount", "name": "operator", "namespace": account}],
    }
    plural = f"{kind.lower()}s"
    api.apply(f"{place}/{plural}/{metadata['name']}", role)
    api.apply(f"{place}/{kind.lower()}bindings/{metadata['name']}", binding)
