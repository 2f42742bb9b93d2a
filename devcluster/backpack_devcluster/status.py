"""What of the cluster runs, as text for a person."""

from . import addons, kube_proxy, kubelet, processes
from .api import Api
from .cluster import DAEMONS
from .layout import HTTP_HOST, HTTP_PORT, Layout, machine


def describe() -> str:
    """Lines on every daemon, then how to speak to the cluster."""
    layout = machine()
    if not layout.directory.exists():
        return "No cluster is on this machine: `devcluster up` starts one."
    lines = [f"{name:26}{_state(layout, name)}" for name in DAEMONS]
    lines.append("")
    lines += [f"{what:26}{'yes' if yes else 'NO'}" for what, yes in _answers(layout).items()]
    lines += [
        "",
        f"{'kubeconfig':26}{layout.kubeconfig}",
        f"{'kubectl and helm':26}{layout.programs}",
        f"{'logs':26}{layout.directory / 'logs'}",
        "",
        f"export KUBECONFIG={layout.kubeconfig} PATH={layout.programs}:$PATH",
    ]
    return "\n".join(lines)


def _state(layout: Layout, name: str) -> str:
    identity = processes.running(layout.directory, name)
    if identity:
        return f"running, process {identity.pid}"
    return "DEAD" if processes.recorded(layout.directory, name) else "not started"


def _answers(layout: Layout) -> dict[str, bool]:
    api_ready = node_ready = False
    if layout.kubeconfig.exists():
        with Api(layout.kubeconfig) as api:
            api_ready = api.healthy()
            node_ready = api_ready and kubelet.node_ready(api) and kubelet.healthy()
    return {
        "API server ready": api_ready,
        "node Ready": node_ready,
        "Service rules in place": kube_proxy.healthy(),
        f"Traefik on {HTTP_HOST}:{HTTP_PORT}": addons.ingress_answers(),
    }
