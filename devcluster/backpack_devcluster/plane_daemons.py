"""The daemons of a control plane, with their options."""

from pathlib import Path

from .plane import (
    API_SERVER,
    CLUSTER_DOMAIN,
    CONTROLLER_MANAGER,
    ETCD,
    LOOPBACK,
    SCHEDULER,
    SERVICE_ADDRESSES,
    ControlPlane,
)
from .processes import Daemon


def etcd(plane: ControlPlane) -> Daemon:
    client = f"http://{LOOPBACK}:{plane.ports.etcd}"
    peer = f"http://{LOOPBACK}:{plane.ports.etcd_peers}"
    return _daemon(
        plane,
        ETCD,
        {
            "name": "backpack",
            "data-dir": str(plane.directory / "etcd"),
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"backpack={peer}",
            # A crash of the machine may cost the last writes; a dev cluster's may.
            "unsafe-no-fsync": "true",
            "log-level": "warn",
        },
    )


def api_server(plane: ControlPlane) -> Daemon:
    certificates = plane.pki
    issuer = f"https://kubernetes.default.svc.{CLUSTER_DOMAIN}"
    options = {
        "etcd-servers": f"http://{LOOPBACK}:{plane.ports.etcd}",
        "bind-address": plane.address,
        "secure-port": str(plane.ports.api_server),
        "advertise-address": plane.address,
        "service-cluster-ip-range": SERVICE_ADDRESSES,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "anonymous-auth": "false",
        "client-ca-file": str(certificates / "ca.crt"),
        "tls-cert-file": str(certificates / "kube-apiserver.crt"),
        "tls-private-key-file": str(certificates / "kube-apiserver.key"),
        "service-account-issuer": issuer,
        "service-account-key-file": str(certificates / "service-accounts.pub"),
        "service-account-signing-key-file": str(certificates / "service-accounts.key"),
        "kubelet-certificate-authority": str(certificates / "ca.crt"),
        "kubelet-client-certificate": str(certificates / "apiserver-kubelet-client.crt"),
        "kubelet-client-key": str(certificates / "apiserver-kubelet-client.key"),
        "kubelet-preferred-address-types": "InternalIP",
        "requestheader-client-ca-file": str(certificates / "front-proxy-ca.crt"),
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "proxy-client-cert-file": str(certificates / "front-proxy-client.crt"),
        "proxy-client-key-file": str(certificates / "front-proxy-client.key"),
        "profiling": "false",
        "shutdown-delay-duration": "0s",
    }
    if plane.address == LOOPBACK:
        # The Service `kubernetes` may not have a loopback address as its endpoint.
        options["endpoint-reconciler-type"] = "none"
    return _daemon(plane, API_SERVER, options)


def controller_manager(plane: ControlPlane) -> Daemon:
    options = {
        **_without_server(plane.kubeconfig_of("controller-manager")),
        "use-service-account-credentials": "true",
        "service-account-private-key-file": str(plane.pki / "service-accounts.key"),
        "root-ca-file": str(plane.pki / "ca.crt"),
        "cluster-signing-cert-file": str(plane.pki / "ca.crt"),
        "cluster-signing-key-file": str(plane.pki / "ca.key"),
    }
    if plane.pod_addresses:
        options["cluster-cidr"] = plane.pod_addresses
    return _daemon(plane, CONTROLLER_MANAGER, options)


def scheduler(plane: ControlPlane) -> Daemon:
    return _daemon(plane, SCHEDULER, _without_server(plane.kubeconfig_of("scheduler")))


def _daemon(plane: ControlPlane, name: str, options: dict[str, str]) -> Daemon:
    argv = [str(plane.binaries / name), *(f"--{option}={value}" for option, value in options.items())]
    return Daemon(name, argv, plane.directory, ends_with_starter=plane.ends_with_starter)


def _without_server(config: Path) -> dict[str, str]:
    """Options of a program that is alone, and whose own health port nobody asks."""
    return {
        "kubeconfig": str(config),
        "leader-elect": "false",
        "secure-port": "0",
        "profiling": "false",
    }
