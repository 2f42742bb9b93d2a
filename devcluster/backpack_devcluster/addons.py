"""What runs in every cluster of this kind: access rules, the storage class, DNS, the ingress."""

from collections.abc import Mapping
from functools import partial
from string import Template

from . import commands, paths, waiting
from .api import FIELD_MANAGER, Api, Object
from .errors import ApiRefused
from .health import answers, listens
from .layout import DNS, HTTP_HOST, HTTP_PORT, HTTPS_PORT
from .plane import CLUSTER_DOMAIN, ControlPlane

_EARLY = ("node-access.yaml", "storage-class.yaml")
_LATE = ("coredns.yaml", "traefik-crds.yaml", "traefik.yaml")
_DEPLOYMENTS = (("kube-system", "coredns"), ("traefik", "traefik"))
DNS_PORT = 53


def apply_early(plane: ControlPlane) -> None:
    """What the node's own programs need before they can work."""
    _apply(plane, _EARLY, {})


def apply_late(plane: ControlPlane, images: Mapping[str, str]) -> None:
    """What runs in pods; `images` has the references of `coredns` and `traefik`."""
    values = {
        "COREDNS_IMAGE": images["coredns"],
        "TRAEFIK_IMAGE": images["traefik"],
        "CLUSTER_DNS_IP": DNS,
        "CLUSTER_DOMAIN": CLUSTER_DOMAIN,
        "HTTP_PORT": str(HTTP_PORT),
        "HTTPS_PORT": str(HTTPS_PORT),
        "HTTP_HOST_IP": HTTP_HOST,
    }
    _apply(plane, _LATE, values)


def wait(api: Api, seconds: float = 120.0) -> None:
    """Return when DNS and the ingress are rolled out, and answer."""
    for namespace, name in _DEPLOYMENTS:
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
        waiting.until(partial(_reads_rolled_out, api, path), f"{name} in {namespace}", seconds)
    # A Deployment's status may be from before a restart; an answer is not.
    waiting.until(lambda: listens(DNS, DNS_PORT), "the cluster's DNS", seconds)
    waiting.until(ingress_answers, "Traefik", seconds)


def ingress_answers() -> bool:
    """Whether Traefik answers on the machine's loopback, be it with 404."""
    return answers(f"http://{HTTP_HOST}:{HTTP_PORT}/")


def rolled_out(deployment: Object) -> bool:
    """Whether every replica is of the newest template and available."""
    status = deployment.get("status", {})
    wanted = deployment["spec"].get("replicas", 1)
    counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas")]
    return bool(
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and counts == [wanted, wanted, wanted]
    )


def _reads_rolled_out(api: Api, path: str) -> bool:
    try:
        return rolled_out(api.request("GET", path))
    except ApiRefused:
        return False


def _apply(plane: ControlPlane, files: tuple[str, ...], values: Mapping[str, str]) -> None:
    for file in files:
        text = Template((paths.ADDONS / file).read_text()).substitute(values)
        commands.run(
            str(plane.kubectl),
            f"--kubeconfig={plane.kubeconfig}",
            f"--cache-dir={plane.directory / 'kubectl-cache'}",
            "--request-timeout=30s",
            "apply",
            "--server-side",
            "--force-conflicts",
            f"--field-manager={FIELD_MANAGER}",
            "--filename=-",
            stdin=text,
        )
