"""One control plane with the definitions, the operator's account, and the namespaces of a
fleet; and the operator on it, as a process of its own with exactly its rights."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from backpack_devcluster import control_plane
from backpack_operator.kube.client import KubeClient
from backpack_operator.kube.connection import configuration
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import WATCHED, Kind
from bench.operator.requests import Requests
from bench.operator.spans import cpu_seconds
from support.operated_cluster import OperatedCluster
from support.operator_process import RunningOperator, service_account

_A_NAMESPACE = 100
"""Backpacks in each namespace."""
OWN_NAMESPACE = "backpack-system"


@dataclass(frozen=True)
class Stage:
    """An empty cluster for one fleet."""

    cluster: OperatedCluster
    directory: Path
    fleet: tuple[Key, ...]
    account: Path
    """The kubeconfig of the operator's service account."""

    @property
    def admin(self) -> Path:
        return self.cluster.plane.kubeconfig

    @contextmanager
    def operator(self) -> Iterator["Operator"]:
        # The tests' operator looks again more often than one in production.
        with self.cluster.operator(self.directory, OWN_NAMESPACE, LOOK_AGAIN_SECONDS="20") as running:
            yield Operator(self, running)

    def count(self, kind: Kind) -> int:
        """How many objects of a kind there are in the cluster: one cheap request."""
        answer = self.cluster.api.request("GET", kind.path(None), limit="1")
        return len(answer["items"]) + int(answer["metadata"].get("remainingItemCount", 0))

    def counts(self) -> dict[str, int]:
        """How many objects there are of each kind that the operator watches."""
        return {kind.kind: self.count(kind) for kind in WATCHED}

    def requests(self) -> Requests:
        """What the API server has been asked to change until now."""
        return Requests.read(self.cluster.api)


class Operator:
    """The process, and what it takes of the machine."""

    def __init__(self, stage: Stage, running: RunningOperator) -> None:
        self.stage, self.running = stage, running

    @property
    def pid(self) -> int:
        return self.running.process.pid

    @property
    def rss(self) -> int:
        """Bytes."""
        return int(psutil.Process(self.pid).memory_info().rss)

    @property
    def peak_rss(self) -> int:
        """Bytes, the most since it was started."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)


@contextmanager
def stage(backpacks: int) -> Iterator[Stage]:
    """A control plane without controllers: there is no node that pods could run on."""
    with tempfile.TemporaryDirectory(prefix="bench-operator-") as name:
        directory = Path(name)
        with (
            control_plane.running(directory / "plane", controller_manager=False) as plane,
            OperatedCluster(plane) as cluster,
        ):
            cluster.install()
            fleet = tuple(Key(f"fleet-{n // _A_NAMESPACE}", f"app-{n:04}") for n in range(backpacks))
            for namespace in (OWN_NAMESPACE, *dict.fromkeys(key.namespace for key in fleet)):
                body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
                cluster.api.request("POST", "/api/v1/namespaces", body)
            account = directory / "account.kubeconfig"
            account.write_text(yaml.safe_dump(service_account(cluster.api, plane, OWN_NAMESPACE, ())))
            yield Stage(cluster, directory, fleet, account)


@asynccontextmanager
async def connect(kubeconfig: Path) -> AsyncIterator[KubeClient]:
    """The operator's own client, with as many connections as it has there."""
    client = KubeClient(await configuration(str(kubeconfig)), lambda *_: None)
    try:
        yield client
    finally:
        await client.close()
