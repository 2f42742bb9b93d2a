"""The whole running system: brought up step by step, found again, removed."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from backpack_devcluster import report as reports
from backpack_devcluster.cluster import Cluster
from backpack_devcluster.report import Report
from backpack_images.build import BuiltImage, build_all

from .errors import NeverReady
from .programs import run, run_json
from .provider import Provider, choose
from .source import CHART, EXAMPLE

DOMAIN = "backpack.localhost"
OPERATOR_NAMESPACE = "backpack-system"
EXAMPLE_NAMESPACE = "apps"
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


def up(report: Report, provider: Provider | None = None) -> tuple[RunningSystem, dict[str, Any]]:
    """Bring all of it up, or what of it isn't; returns it with the example, Ready."""
    provider = provider or choose()
    cluster = provider.up(report)
    images = build_all(list(provider.images), report)
    provider.load(images, report)
    with report.step("Install the chart"):
        install_chart(cluster, provider, images)
    with report.step(f"Backpack {EXAMPLE.parent.name} becomes Ready") as step:
        example = apply_example(cluster, images["core-api"].reference, step.progress)
    return RunningSystem.of(cluster), example


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


def apply_example(cluster: Cluster, image: str, progress: Any, seconds: float = 180) -> dict[str, Any]:
    """Apply the example into a namespace that enforces Pod Security `restricted`; wait until it
    is Ready with this image of the core API."""
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": EXAMPLE_NAMESPACE,
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        },
    }
    manifest = yaml.safe_load(EXAMPLE.read_text())
    kubectl = (cluster.kubectl, f"--kubeconfig={cluster.kubeconfig}")
    run(*kubectl, "apply", "-f", "-", stdin=json.dumps(namespace))
    run(*kubectl, f"--namespace={EXAMPLE_NAMESPACE}", "apply", "-f", "-", stdin=json.dumps(manifest))

    name = manifest["metadata"]["name"]
    deadline = time.monotonic() + seconds
    while True:
        backpack = run_json(
            *kubectl, f"--namespace={EXAMPLE_NAMESPACE}", "get", "backpack", name, "-o", "json"
        )
        state = lacking(backpack, image)
        if state is None:
            return backpack
        progress(state)
        if time.monotonic() > deadline:
            raise NeverReady(f"Backpack {name} was not Ready within {seconds:.0f} s; last state: {state}")
        time.sleep(0.5)


def lacking(backpack: Mapping[str, Any], image: str) -> str | None:
    """Why the backpack is not Ready with this image of the core API, or None. Also one that
    exists already is brought up to date: its turn in a wave comes within seconds."""
    for name in ("Ready", "UpToDate"):
        told = condition(backpack, name)
        if told.get("status") != "True":
            reason = told.get("reason", "not seen by the operator yet")
            return f"{reason}: {told.get('message', '')}".strip(": ")
    # What is said here may still be the former operator's.
    runs = backpack["status"].get("runtime", {}).get("images", {}).get("api")
    return None if runs == image else "not seen by the operator yet"


def condition(backpack: Mapping[str, Any], name: str) -> dict[str, str]:
    """A condition of a Backpack if it is of the present generation, else an empty one."""
    status = backpack.get("status", {})
    if status.get("observedGeneration") != backpack["metadata"]["generation"]:
        return {}
    found: dict[str, str] = next((c for c in status.get("conditions", []) if c["type"] == name), {})
    return found
