"""An API server with the operator's definitions, and the operator as a process of its
own, with exactly the rights that `backpack_operator.rbac` lists."""

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self

import yaml

from backpack_devcluster.api import Api
from backpack_devcluster.errors import ApiRefused
from backpack_devcluster.plane import ControlPlane
from backpack_operator.model.kinds import BACKPACK, CHILDREN, Kind, ObjectKey
from support.admin_listener import AdminListener
from support.api_proxy import ApiProxy
from support.operator_process import RunningOperator, service_account
from support.processes import ServerProcess, free_port
from support.waiting import eventually

ROOT = Path(__file__).parents[2]
Object = dict[str, Any]

SETTINGS = {
    "DOMAIN": "example.test",
    "IMAGE_API": "registry.test/core-api:1.2.3",
    "IMAGE_WEB": "registry.test/web:1",
    "IMAGE_REDIS": "registry.test/redis:1",
    "IMAGE_FERRETDB": "registry.test/ferretdb:1",
    "DEFAULT_ENGINE": "ferretdb",
    "LOOK_AGAIN_SECONDS": "1",
    "TRAEFIK_HTTPS_ADDRESS": "",
}
CHILDREN_OF_ONE = 22
"""How many objects a Backpack becomes that asks for nothing."""

_numbers = count(1)


class OperatedCluster:
    """What tests do to a cluster, as its administrator."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        # A machine that has other tests to run at the same time may take its time.
        self.api = Api(plane.kubeconfig, seconds=60.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.__exit__(None, None, None)

    def install(self, *, traefik: bool = True) -> None:
        files = sorted((ROOT / "crds").glob("*.yaml"))
        if traefik:
            files.append(ROOT / "devcluster" / "addons" / "traefik-crds.yaml")
        for file in files:
            for body in yaml.safe_load_all(file.read_text()):
                name = body["metadata"]["name"]
                path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
                self.api.apply(path, body)
                eventually(partial(self._established, path), within=20, every=0.05)
                kind = f"/apis/{body['spec']['group']}/{body['spec']['versions'][0]['name']}"
                listed = partial(self.api.request, "GET", f"{kind}/{body['spec']['names']['plural']}")
                # Established says nothing of its storage, which may still be made.
                eventually(listed, within=20, every=0.05, retry_on=(ApiRefused,))

    def _established(self, path: str) -> bool:
        conditions = self.api.request("GET", path).get("status", {}).get("conditions") or []
        return ("Established", "True") in [(item["type"], item["status"]) for item in conditions]

    def namespace(self, prefix: str = "apps") -> str:
        """A new namespace, of a name that no other test has."""
        name = f"{prefix}-{os.getpid()}-{next(_numbers)}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        self.api.request("POST", "/api/v1/namespaces", body)
        return name

    def create(self, body: Object) -> Object:
        kind = _kind(body)
        return self.api.request("POST", kind.path(body["metadata"]["namespace"]), body)

    def backpack(self, namespace: str, name: str, **spec: Any) -> Object:
        """A new Backpack."""
        return self.create(
            {
                "apiVersion": BACKPACK.api_version,
                "kind": BACKPACK.kind,
                "metadata": {"name": name, "namespace": namespace},
                "spec": spec,
            }
        )

    def find(self, kind: Kind, namespace: str, name: str) -> Object | None:
        try:
            return self.api.request("GET", kind.path(namespace, name))
        except ApiRefused as error:
            if error.status == 404:
                return None
            raise

    def get(self, kind: Kind, namespace: str, name: str) -> Object:
        return self.api.request("GET", kind.path(namespace, name))

    def list(self, kind: Kind, namespace: str, selector: str = "") -> list[Object]:
        items: list[Object] = self.api.request("GET", kind.path(namespace), labelSelector=selector)["items"]
        return items

    def change(self, kind: Kind, namespace: str, name: str, **change: Any) -> Object:
        """A merge patch."""
        return self.api.merge(kind.path(namespace, name), change)

    def delete(self, kind: Kind, namespace: str, name: str) -> None:
        self.api.request("DELETE", kind.path(namespace, name))

    def children(self, namespace: str) -> dict[ObjectKey, Object]:
        """Everything that the operator has made in a namespace."""
        selector = "app.kubernetes.io/managed-by=backpack-operator"
        return {
            ObjectKey(kind, namespace, item["metadata"]["name"]): item
            for kind in CHILDREN
            for item in self.list(kind, namespace, selector)
        }

    def versions(self, *namespaces: str) -> dict[str, str]:
        """The resource version of every object that the operator could write."""
        return {
            f"{namespace}/{kind.kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
            for namespace in namespaces
            for kind in (*CHILDREN, BACKPACK)
            for item in self.list(kind, namespace)
        }

    def condition(self, namespace: str, name: str, kind: str) -> Object:
        """A condition of a Backpack, once its status is of the present generation."""
        body = self.get(BACKPACK, namespace, name)
        state = body.get("status", {})
        assert state.get("observedGeneration") == body["metadata"]["generation"], state
        found: list[Object] = [item for item in state["conditions"] if item["type"] == kind]
        assert found, state
        return found[0]

    def wait_reason(self, namespace: str, name: str, kind: str, reason: str, within: float = 30) -> Object:
        def has_reason() -> Object:
            found = self.condition(namespace, name, kind)
            assert found["reason"] == reason, found
            return found

        return eventually(has_reason, within=within, every=0.1, what=f"{kind} of {name}: {reason}")

    def wait_made(self, namespace: str, name: str, within: float = 30) -> Object:
        """The Backpack, once all its children were made and told of."""
        self.wait_reason(namespace, name, "RouteReady", "Routed", within)
        return self.get(BACKPACK, namespace, name)

    def start_pods(self, namespace: str, *, broken: str | None = None) -> None:
        """What a kubelet would do: every pod of the namespace is ready, but those of the image
        that is broken."""
        pods = Kind("v1", "Pod", "pods")
        state = {
            "phase": "Running",
            "conditions": [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")],
        }
        for pod in self.list(pods, namespace):
            if pod["spec"]["containers"][0]["image"] == broken:
                continue
            if "status" in pod and pod["status"].get("phase") != "Running":
                self.api.merge(f"{pods.path(namespace, pod['metadata']['name'])}/status", {"status": state})

    def wait_ready(self, namespace: str, name: str, within: float = 30) -> Object:
        """The Backpack, once it is Ready; pods are started as they appear."""

        def ready() -> Object:
            self.start_pods(namespace)
            found = self.condition(namespace, name, "Ready")
            assert found["status"] == "True", found
            return self.get(BACKPACK, namespace, name)

        return eventually(
            ready, within=within, every=0.2, what=f"{name} is Ready", retry_on=(AssertionError, ApiRefused)
        )

    def bind_volumes(self, namespace: str, size: str = "1Gi") -> None:
        """What a provisioner would do: every claim of the namespace is bound."""
        for claim in self.list(Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"), namespace):
            name = f"{namespace}-{claim['metadata']['name']}-{claim['metadata']['uid'][:8]}"
            reference = {"namespace": namespace, "name": claim["metadata"]["name"]}
            spec = {
                "capacity": {"storage": size},
                "accessModes": claim["spec"]["accessModes"],
                "hostPath": {"path": "/nowhere"},
                "claimRef": {**reference, "uid": claim["metadata"]["uid"]},
                "storageClassName": claim["spec"].get("storageClassName", ""),
            }
            body = {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": spec,
            }
            self.api.request("POST", "/api/v1/persistentvolumes", body)

        def bound() -> bool:
            claims = self.list(Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"), namespace)
            return all(claim["status"].get("phase") == "Bound" for claim in claims)

        eventually(bound, within=30, every=0.1, what="all claims are bound")

    @contextmanager
    def operator(
        self,
        directory: Path,
        own_namespace: str,
        *watched: str,
        through: ApiProxy | None = None,
        **settings: str,
    ) -> Iterator[RunningOperator]:
        """The operator, for the watched namespaces or, without any, for all. One listener
        stands for the APIs of all backpacks, unless API_ADMIN_URL names another. `through`:
        what stands between it and the API server."""
        number, listener = next(_numbers), AdminListener()
        settings = {**SETTINGS, "API_ADMIN_URL": listener.url, **settings}
        kubeconfig = directory / f"operator-{number}.kubeconfig"
        account = service_account(self.api, self.plane, own_namespace, watched)
        if through is not None:
            account["clusters"][0]["cluster"] = {"server": through.url}
        kubeconfig.write_text(yaml.safe_dump(account))
        port = free_port()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("BACKPACK_")},
            **{f"BACKPACK_OPERATOR_{key}": value for key, value in settings.items()},
            "BACKPACK_OPERATOR_NAMESPACE": own_namespace,
            "BACKPACK_OPERATOR_WATCH_NAMESPACES": ",".join(watched),
            "BACKPACK_OPERATOR_HTTP_PORT": str(port),
            "KUBECONFIG": str(kubeconfig),
        }
        process = ServerProcess(
            [sys.executable, "-m", "backpack_operator"],
            directory / f"operator-{number}.log",
            environment,
            port,
        )
        with listener:
            running = RunningOperator(process, port, listener)
            process.start()
            try:
                yield running
            finally:
                process.stop()


@dataclass
class Operated:
    """Two namespaces of a test's own, and the operator that watches them."""

    cluster: OperatedCluster
    operator: RunningOperator
    namespace: str
    other_namespace: str
    own_namespace: str

    def backpack(self, name: str, **spec: Any) -> dict[str, Any]:
        """A new Backpack, once it has all its children."""
        self.cluster.backpack(self.namespace, name, **spec)
        return self.cluster.wait_made(self.namespace, name)

    def versions(self) -> dict[str, str]:
        """The resource version of everything that the operator could write."""
        return self.cluster.versions(self.namespace, self.other_namespace, self.own_namespace)


def _kind(body: Object) -> Kind:
    return next(kind for kind in (*CHILDREN, BACKPACK) if kind.kind == body["kind"])


def decoded(secret: Object) -> dict[str, str]:
    """The keys of a Secret as text."""
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
