"""What the node's cluster is called and where its parts are: plain facts, no work.

There is one node on a machine at a time: it owns a bridge, a set of addresses
and the kernel's packet filter rules of Kubernetes.
"""

from dataclasses import dataclass
from pathlib import Path

from . import paths
from .plane import SERVICE_ADDRESSES, ControlPlane, Ports

NODE = "backpack"
BRIDGE = "backpack0"
GATEWAY = "10.244.0.1"
POD_ADDRESSES = "10.244.0.0/22"
"""A thousand addresses: room for the 500 pods that the kubelet is allowed."""
PREFIX_LENGTH = 22
SERVICES = SERVICE_ADDRESSES
SERVICES_CHAIN = "BACKPACK-SERVICES"
"""The packet filter's chain for addresses of Services that kube-proxy doesn't know."""
DNS = "10.96.0.10"
HTTP_PORT = 8080
"""Traefik's entry point `web`, on the machine's loopback only."""
HTTPS_PORT = 8443
"""Traefik's entry point `websecure`, there too."""
HTTP_HOST = "127.0.0.1"

PORTS = Ports(api_server=6443, etcd=23790, etcd_peers=23791)
KUBELET_PORT = 10250
KUBELET_HEALTH_PORT = 10248
PROXY_METRICS_PORT = 10249
PROXY_HEALTH_PORT = 10256

CONTAINERD = "containerd"
KUBELET = "kubelet"
KUBE_PROXY = "kube-proxy"
PROVISIONER = "provisioner"


@dataclass(frozen=True)
class Layout:
    """The folders and files of one node, all below one directory."""

    directory: Path

    @property
    def containerd_root(self) -> Path:
        return self.directory / "containerd"

    @property
    def containerd_state(self) -> Path:
        return self.directory / "containerd-state"

    @property
    def containerd_socket(self) -> Path:
        return self.directory / "containerd.sock"

    @property
    def kubelet_root(self) -> Path:
        return self.directory / "kubelet"

    @property
    def pod_logs(self) -> Path:
        return self.directory / "pod-logs"

    @property
    def cni(self) -> Path:
        return self.directory / "cni"

    @property
    def volumes(self) -> Path:
        """The directories behind the persistent volumes."""
        return self.directory / "volumes"

    @property
    def configuration(self) -> Path:
        """Configuration files of the daemons."""
        return self.directory / "config"

    @property
    def programs(self) -> Path:
        """A stable folder with `kubectl` and `helm`, for people and for scripts."""
        return self.directory / "bin"

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "kubeconfig"

    @property
    def baseline(self) -> Path:
        """What the machine was like before; it exists for as long as anything of ours does."""
        return self.directory / "baseline.json"

    def control_plane(self, binaries: Path) -> ControlPlane:
        return ControlPlane(
            directory=self.directory,
            binaries=binaries,
            ports=PORTS,
            address=GATEWAY,
            node=NODE,
            controller_manager=True,
            scheduler=True,
            pod_addresses=POD_ADDRESSES,
        )


def machine() -> Layout:
    """The layout of this machine's cluster."""
    return Layout(paths.state().absolute())
