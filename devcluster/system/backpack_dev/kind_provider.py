"""kind, on a Docker engine: the cluster that enforces NetworkPolicies."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from backpack_devcluster import paths
from backpack_devcluster.cluster import Cluster
from backpack_devcluster.report import Report
from backpack_images.build import BuiltImage

from .addons import TRAEFIK_UPSTREAM, apply_traefik
from .errors import NoProvider
from .programs import run
from .source import CHART, DEVCLUSTER

NAME = "backpack"
HTTP_PORT = 8080
HTTPS_PORT = 8443


class KindProvider:
    """`kind` as it is installed; its cluster is named backpack."""

    values = CHART / "ci/kind-values.yaml"
    images: tuple[str, ...] = ("core-api", "operator", "dashboard", "web")

    def running(self) -> Cluster | None:
        if shutil.which("kind") is None or NAME not in run("kind", "get", "clusters").split():
            return None
        return self._cluster()

    def up(self, report: Report) -> Cluster:
        for program in ("kind", "kubectl", "helm"):
            if shutil.which(program) is None:
                raise NoProvider(
                    f"A Docker engine answers, but `{program}` is not installed: kind, kubectl and helm "
                    "make the cluster here. Install it, or stop Docker to use the project's own cluster."
                )
        with report.step("Kubernetes in Docker (kind)"):
            if self.running() is None:
                config = str(DEVCLUSTER / "kind.yaml")
                run("kind", "create", "cluster", f"--name={NAME}", f"--config={config}", seconds=600)
            cluster = self._cluster()
        with report.step("Traefik"):
            apply_traefik(cluster, image=TRAEFIK_UPSTREAM, host_ip="0.0.0.0")  # noqa: S104  inside kind's node
        return cluster

    def load(self, images: Mapping[str, BuiltImage], report: Report) -> None:
        with report.step("Load the images into the node"):
            for image in images.values():
                run("kind", "load", "image-archive", f"--name={NAME}", str(image.archive), seconds=300)

    def down(self, report: Report) -> None:
        with report.step("Delete the kind cluster"):
            run("kind", "delete", "cluster", f"--name={NAME}", seconds=120)

    def _cluster(self) -> Cluster:
        kubeconfig = paths.cache() / "kind.kubeconfig"
        kubeconfig.parent.mkdir(parents=True, exist_ok=True)
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(run("kind", "get", "kubeconfig", f"--name={NAME}"))
        return Cluster(
            kubeconfig=kubeconfig,
            kubectl=Path(shutil.which("kubectl") or "kubectl"),
            helm=Path(shutil.which("helm") or "helm"),
            http_port=HTTP_PORT,
            https_port=HTTPS_PORT,
        )
