"""The command line while the way to the dashboard, or to the cluster, is lost: what takes long goes on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from support.dashboard import Dashboard, Visitor
from support.dashboard_program import new_token, revoke
from support.kubelet import Kubelet
from support.lossy_network import LossyNetwork, State
from support.waiting import eventually

WITHIN = 40
WAYS = pytest.mark.parametrize("direct", [False, True], ids=["by the dashboard", "from the cluster"])


@dataclass(frozen=True)
class Way:
    """Of a command through a network, to the dashboard, or with a context to the cluster."""

    network: LossyNetwork
    words: list[str]
    variables: dict[str, str]


@pytest.fixture
def way(dashboard: Dashboard, ada: Visitor, tmp_path: Path, direct: bool) -> Iterator[Way]:
    network = LossyNetwork(urlsplit(dashboard.cluster.plane.server if direct else dashboard.url).netloc)
    kubeconfig = yaml.safe_load(dashboard.cluster.plane.kubeconfig.read_text())
    for one in kubeconfig["clusters"]:
        one["cluster"]["server"] = f"https://{network.host}"
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(kubeconfig))
    token = new_token(ada, "read", "write")
    variables = {
        "BACKPACK_DASHBOARD": f"http://{network.host}",
        "BACKPACK_TOKEN": token,
        "KUBECONFIG": str(file),
        "XDG_CONFIG_HOME": str(tmp_path),
        "PYTHONUNBUFFERED": "1",
    }
    yield Way(network, ["--context", kubeconfig["current-context"]] if direct else [], variables)
    network.close()
    revoke(ada, token)


def seen(dashboard: Dashboard, ada: Visitor, name: str, **spec: object) -> None:
    """A new backpack that ada sees."""
    dashboard.cluster.backpack(dashboard.namespace, name, admins=["ada"], **spec)
    place = f"/backpacks/{dashboard.namespace}/{name}"
    eventually(lambda: ada.get(place).status_code == 200, within=30)


@contextmanager
def running(way: Way, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The command, and where it prints to."""
    command = [sys.executable, "-m", "backpack_cli", *way.words, *words]
    printed = Path(way.variables["XDG_CONFIG_HOME"]) / "printed"
    with printed.open("w") as file:
        process = subprocess.Popen(command, env={**os.environ, **way.variables}, stdout=file, stderr=file)
    try:
        yield process, printed
    finally:
        process.kill()
        process.wait()


def is_retried(network: LossyNetwork) -> Callable[[], bool]:
    """Whether somebody has tried again twice since now."""
    before = network.attempts
    return lambda: network.attempts >= before + 2


@WAYS
def test_a_log_is_followed_over_a_break(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet, way: Way
) -> None:
    name = "break-directly" if way.words else "break-by-dashboard"
    pod = f"{name}-api-1-a"
    seen(dashboard, ada, name)
    path = kubelet.run(dashboard.cluster, dashboard.namespace, name, pod)
    kubelet.write(pod, "2026-01-01T10:00:00Z", "before")
    with running(way, "logs", name, "-f", "--tail", "1") as (_, printed):
        eventually(lambda: printed.read_text() == "before\n", within=WITHIN)
        retried = is_retried(way.network)
        way.network.become(State.CUT)
        eventually(retried, within=WITHIN)
        kubelet.write(pod, "2026-01-01T10:00:00.5Z", "meanwhile")
        kubelet.write(pod, "2026-01-01T10:00:00.51Z", "and more")
        way.network.become(State.UP)
        eventually(lambda: printed.read_text() == "before\nmeanwhile\nand more\n", within=WITHIN)
    kubelet.end(pod)
    dashboard.cluster.api.request("DELETE", f"{path}?gracePeriodSeconds=0")


@WAYS
def test_it_is_waited_over_a_break(dashboard: Dashboard, ada: Visitor, way: Way) -> None:
    name = "awaited-directly" if way.words else "awaited-by-dashboard"
    seen(dashboard, ada, name, suspend=True)
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/{name}"
    condition = {"type": "Ready", "status": "True", "reason": "Ready", "message": ""}
    condition["lastTransitionTime"] = "2026-01-01T00:00:00Z"

    with running(way, "resume", name, "--wait") as (process, printed):
        eventually(lambda: "The operator has not looked at it yet." in printed.read_text(), within=WITHIN)
        retried = is_retried(way.network)
        way.network.become(State.CUT)
        eventually(retried, within=WITHIN)
        generation = dashboard.cluster.api.request("GET", path)["metadata"]["generation"]
        status = {"observedGeneration": generation, "conditions": [condition]}
        dashboard.cluster.api.merge(f"{path}/status", {"status": status})
        way.network.become(State.UP)
        assert process.wait(timeout=WITHIN) == 0, printed.read_text()
    assert "Ready" in printed.read_text()
