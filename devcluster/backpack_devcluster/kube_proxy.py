"""kube-proxy: turns Service addresses into pod addresses, with iptables."""

from pathlib import Path

import yaml

from . import files, processes, waiting
from .health import answers_ok
from .layout import (
    GATEWAY,
    KUBE_PROXY,
    NODE,
    POD_ADDRESSES,
    PROXY_HEALTH_PORT,
    PROXY_METRICS_PORT,
    Layout,
)
from .processes import Daemon


def configuration(layout: Layout) -> dict[str, object]:
    """kube-proxy's configuration file."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "bindAddress": GATEWAY,
        "healthzBindAddress": f"127.0.0.1:{PROXY_HEALTH_PORT}",
        "metricsBindAddress": f"127.0.0.1:{PROXY_METRICS_PORT}",
        "clientConnection": {"kubeconfig": str(layout.directory / "kubeconfigs" / "kube-proxy")},
        "clusterCIDR": POD_ADDRESSES,
        "hostnameOverride": NODE,
        # NodePorts too are for this machine only.
        "nodePortAddresses": ["127.0.0.0/8"],
        # A Service reaches its pods as soon as they are ready, not a second later:
        # there are few rules to write.
        "iptables": {"localhostNodePorts": True, "minSyncPeriod": "100ms"},
        # The machine's own limits on connections stay as they are.
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
    }


def daemon(layout: Layout, binaries: Path) -> Daemon:
    argv = [str(binaries / "kube-proxy"), f"--config={_file(layout)}"]
    return Daemon(KUBE_PROXY, argv, layout.directory)


def start(layout: Layout, binaries: Path) -> bool:
    """Start it unless it runs; True when it was started."""
    files.put(_file(layout), yaml.safe_dump(configuration(layout), sort_keys=False))
    return processes.start(daemon(layout, binaries))


def wait(layout: Layout, seconds: float = 60.0) -> None:
    """Return when its rules are in place."""

    def ready() -> bool:
        if not processes.running(layout.directory, KUBE_PROXY):
            raise processes.failed(layout.directory, KUBE_PROXY)
        return healthy()

    waiting.until(ready, "kube-proxy", seconds)


def healthy() -> bool:
    """Whether it says that its rules are up to date."""
    return answers_ok(f"http://127.0.0.1:{PROXY_HEALTH_PORT}/healthz")


def _file(layout: Layout) -> Path:
    return layout.configuration / "kube-proxy.yaml"
