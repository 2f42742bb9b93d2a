"""What one control plane is: its names, its ports, its files. Plain facts, no work."""

from dataclasses import dataclass
from pathlib import Path

SERVICE_ADDRESSES = "10.96.0.0/16"
KUBERNETES_SERVICE = "10.96.0.1"
CLUSTER_DOMAIN = "cluster.local"
LOOPBACK = "127.0.0.1"

ETCD = "etcd"
API_SERVER = "kube-apiserver"
CONTROLLER_MANAGER = "kube-controller-manager"
SCHEDULER = "kube-scheduler"


@dataclass(frozen=True)
class Ports:
    """TCP ports of one control plane."""

    api_server: int
    etcd: int
    etcd_peers: int


@dataclass(frozen=True)
class ControlPlane:
    """One control plane: what it is made of, and where."""

    directory: Path
    binaries: Path
    """The folder that holds etcd, kube-apiserver and the others."""
    ports: Ports
    address: str = LOOPBACK
    """Where the API server listens, and what its certificate says."""
    node: str = "node"
    controller_manager: bool = True
    scheduler: bool = False
    pod_addresses: str = ""
    """With a node: the range of all pods' addresses."""
    ends_with_starter: bool = False

    @property
    def server(self) -> str:
        return f"https://{self.address}:{self.ports.api_server}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.directory / "kubeconfig"

    @property
    def pki(self) -> Path:
        return self.directory / "pki"

    @property
    def kubectl(self) -> Path:
        """The kubectl of the same release."""
        return self.binaries / "kubectl"

    def kubeconfig_of(self, user: str) -> Path:
        """The kubeconfig of one of the cluster's own programs."""
        return self.directory / "kubeconfigs" / user

    def daemons(self) -> list[str]:
        """The names of its daemons, in the order of their start."""
        wanted = {CONTROLLER_MANAGER: self.controller_manager, SCHEDULER: self.scheduler}
        return [ETCD, API_SERVER, *(name for name, yes in wanted.items() if yes)]
