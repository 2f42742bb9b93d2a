"""Traefik for clusters that come without it, from the manifests of `devcluster/addons`."""

from string import Template

from backpack_devcluster import paths
from backpack_devcluster.cluster import Cluster

from .programs import run

TRAEFIK_UPSTREAM = "traefik:v3.7.15"
"""The official image, for clusters whose nodes can pull."""


def apply_traefik(cluster: Cluster, *, image: str, host_ip: str) -> None:
    """Install Traefik, listening on the node's `host_ip`, and wait until it is rolled out."""
    kubectl = (cluster.kubectl, f"--kubeconfig={cluster.kubeconfig}")
    values = {
        "TRAEFIK_IMAGE": image,
        "HTTP_HOST_IP": host_ip,
        "HTTP_PORT": str(cluster.http_port),
        "HTTPS_PORT": str(cluster.https_port),
    }
    for manifest in ("traefik-crds.yaml", "traefik.yaml"):
        text = Template((paths.ADDONS / manifest).read_text()).substitute(values)
        run(*kubectl, "apply", "--server-side", "--filename=-", stdin=text)
    run(
        *kubectl,
        "--namespace=traefik",
        "rollout",
        "status",
        "deployment/traefik",
        "--timeout=180s",
        seconds=200,
    )
