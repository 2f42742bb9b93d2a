"""The kubelet: its configuration, start, and when it may be called ready."""

from pathlib import Path

import yaml

from . import files, pki, processes, sysctls, waiting
from .api import Api
from .errors import ApiRefused
from .health import answers_ok, listens
from .layout import DNS, GATEWAY, KUBELET, KUBELET_HEALTH_PORT, KUBELET_PORT, NODE, Layout
from .plane import CLUSTER_DOMAIN
from .processes import Daemon

MAX_PODS = 500
"""The usual 110 would be 27 backpacks."""

INOTIFY_INSTANCES = 1024
"""Watches of folders that one user may hold: kubelet and containerd take some for each pod and each log that
is followed, and a kernel's usual 128 leave a kubelet that can't start."""


def configuration(layout: Layout) -> dict[str, object]:
    """The kubelet's configuration file."""
    certificates = layout.directory / "pki"
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": GATEWAY,
        "port": KUBELET_PORT,
        "healthzPort": KUBELET_HEALTH_PORT,
        "readOnlyPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(certificates / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(certificates / "kubelet-server.crt"),
        "tlsPrivateKeyFile": str(certificates / "kubelet-server.key"),
        "containerRuntimeEndpoint": f"unix://{layout.containerd_socket}",
        "cgroupDriver": "cgroupfs",
        # A kernel with the older control groups will do for development.
        "failCgroupV1": False,
        "clusterDNS": [DNS],
        "clusterDomain": CLUSTER_DOMAIN,
        "resolvConf": str(layout.configuration / "resolv.conf"),
        "podLogsDir": str(layout.pod_logs),
        "volumePluginDir": str(layout.directory / "volume-plugins"),
        "maxPods": MAX_PODS,
        "seccompDefault": True,
        # There is no registry to pull from again: nothing may be collected.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
            "imagefs.inodesFree": "1%",
        },
        "oomScoreAdj": 0,
        "failSwapOn": False,
    }


def daemon(layout: Layout, binaries: Path) -> Daemon:
    argv = [
        str(binaries / "kubelet"),
        f"--config={_file(layout)}",
        f"--kubeconfig={layout.directory / 'kubeconfigs' / 'kubelet'}",
        f"--root-dir={layout.kubelet_root}",
        f"--cert-dir={layout.kubelet_root / 'pki'}",
        f"--hostname-override={NODE}",
        f"--node-ip={GATEWAY}",
    ]
    return Daemon(KUBELET, argv, layout.directory)


def start(layout: Layout, binaries: Path) -> bool:
    """Start it unless it runs; True when it was started."""
    server = pki.Request("kubelet-server", f"system:node:{NODE}", ("system:nodes",), (GATEWAY, NODE))
    pki.issue(layout.directory / "pki", [server])
    for folder in (layout.kubelet_root, layout.pod_logs):
        folder.mkdir(parents=True, exist_ok=True)
    files.put(_file(layout), yaml.safe_dump(configuration(layout), sort_keys=False))
    sysctls.raise_to("fs.inotify.max_user_instances", INOTIFY_INSTANCES)
    return processes.start(daemon(layout, binaries))


def wait(layout: Layout, api: Api, seconds: float = 60.0) -> None:
    """Return when it serves and the node is Ready.

    After a restart the Node still says Ready from before, so the kubelet itself
    is asked as well.
    """

    def ready() -> bool:
        if not processes.running(layout.directory, KUBELET):
            raise processes.failed(layout.directory, KUBELET)
        return healthy() and node_ready(api)

    waiting.until(ready, "the node", seconds)


def healthy() -> bool:
    """Whether the kubelet answers, on its health port and on the one that logs and exec use."""
    return answers_ok(f"http://127.0.0.1:{KUBELET_HEALTH_PORT}/healthz") and listens(GATEWAY, KUBELET_PORT)


def node_ready(api: Api) -> bool:
    """Whether the node's condition Ready is True."""
    try:
        node = api.request("GET", f"/api/v1/nodes/{NODE}")
    except ApiRefused:
        return False
    conditions = {condition["type"]: condition["status"] for condition in node["status"]["conditions"]}
    return conditions.get("Ready") == "True"


def _file(layout: Layout) -> Path:
    return layout.configuration / "kubelet.yaml"
