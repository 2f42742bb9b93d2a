"""The whole running system: brought up step by step, found again, removed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backpack_devcluster import report as reports
from backpack_devcluster.cluster import Cluster
from backpack_devcluster.report import Report
from backpack_images.build import BuiltImage, build_all

from . import examples
from .programs import run
from .provider import Provider, choose
from .sites import signing_keys
from .source import CHART, EXAMPLES

DOMAIN = "backpack.localhost"
OPERATOR_NAMESPACE = "backpack-system"
RELEASE = "backpack"

CHART_KEYS = {
    "core-api": "api",
    "operator": "operator",
    "dashboard": "dashboard",
    "web": "web",
    "redis": "redis",
    "ferretdb": "ferretdb",
}
"""Which value below `images` of the chart names each image of `images/`."""


@dataclass(frozen=True)
class RunningSystem:
    """A system that is up, as tests and measurements use it."""

    kubeconfig: Path
    kubectl: Path
    helm: Path
    http_port: int
    https_port: int
    domain: str = DOMAIN

    @classmethod
    def of(cls, cluster: Cluster) -> "RunningSystem":
        return cls(cluster.kubeconfig, cluster.kubectl, cluster.helm, cluster.http_port, cluster.https_port)


def up(report: Report, provider: Provider | None = None) -> tuple[RunningSystem, list[dict[str, Any]]]:
    """Bring all of it up, or what of it isn't; returns it with the examples, each Ready."""
    provider = provider or choose()
    cluster = provider.up(report)
    images = build_all(list(provider.images), report)
    provider.load(images, report)
    with report.step("Install the chart"):
        install_chart(cluster, provider, images)
    with report.step(f"Backpacks {' and '.join(EXAMPLES)} become Ready") as step:
        examples.apply(cluster)
        found = [
            examples.wait(cluster, name, images["core-api"].reference, step.progress) for name in EXAMPLES
        ]
    with report.step("Publish their sites") as step:
        new = examples.publish(cluster, found, signing_keys(cluster, OPERATOR_NAMESPACE))
        step.result(", ".join(new) or "nothing is new")
    return RunningSystem.of(cluster), found


def down(report: Report) -> None:
    """Remove the cluster with all that is in it."""
    choose().down(report)


def running_system() -> RunningSystem | None:
    """The system that is up on this machine, if there is one."""
    cluster = choose().running()
    return RunningSystem.of(cluster) if cluster else None


@contextmanager
def system_for_tests() -> Iterator[RunningSystem]:
    """The system, up to date with the source tree; removed again unless it was there before."""
    report = reports.for_terminal()
    there_before = running_system() is not None
    system, _ = up(report)
    try:
        yield system
    finally:
        if not there_before:
            down(report)


def install_chart(cluster: Cluster, provider: Provider, images: Mapping[str, BuiltImage]) -> None:
    """Install or upgrade the operator, with the images that were just built."""
    settings = [f"--set-string=images.{CHART_KEYS[name]}={image.reference}" for name, image in images.items()]
    settings.append(f"--set=operator.http.port={cluster.http_port}")
    settings.append(f"--set=operator.https.port={cluster.https_port}")
    run(
        cluster.helm,
        "upgrade",
        RELEASE,
        str(CHART),
        "--install",
        "--create-namespace",
        f"--namespace={OPERATOR_NAMESPACE}",
        f"--kubeconfig={cluster.kubeconfig}",
        f"--values={provider.values}",
        f"--set-string=operator.domain={DOMAIN}",
        *settings,
        "--wait",
        "--timeout=120s",
        seconds=150,
    )


def dashboard_link(system: RunningSystem) -> str:
    """Where the dashboard is; until it has an owner, a new one-time link that makes him."""
    return run(
        system.kubectl,
        f"--kubeconfig={system.kubeconfig}",
        f"--namespace={OPERATOR_NAMESPACE}",
        "exec",
        f"deployment/{RELEASE}-dashboard",
        "--",
        "python3",
        "-m",
        "backpack_dashboard",
        "setup-link",
    ).strip()
