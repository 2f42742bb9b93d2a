"""What the pod of `helm test` runs, on an operator that is there and on none."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from support.control_plane import control_plane
from support.helm import Helm, find
from support.operated_cluster import OperatedCluster

__all__ = ["control_plane"]


def run(helm: Helm, url: str) -> subprocess.CompletedProcess[str]:
    """The pod's own script, with this URL in the place of the Service's."""
    (container,) = find(helm.render(), "Pod", "backpack-operator-test")["spec"]["containers"]
    python, option, script, _ = container["command"]
    assert (python, option) == ("python3", "-c")
    command = [sys.executable, "-c", script, url, "0"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_it_succeeds_where_the_operator_is_ready(helm: Helm, control_plane: Any, tmp_path: Path) -> None:
    with OperatedCluster(control_plane) as cluster:
        cluster.install()
        own, watched = cluster.namespace("system"), cluster.namespace("apps")
        with cluster.operator(tmp_path, own, watched) as operator:
            done = run(helm, f"{operator.url}/readyz")
            missing = run(helm, f"{operator.url}/nothing")

    assert done.returncode == 0, done.stderr
    assert '"ok"' in done.stdout
    assert missing.returncode == 1
    assert "404" in missing.stderr


def test_it_fails_with_a_sentence_where_there_is_none(helm: Helm) -> None:
    done = run(helm, "http://127.0.0.1:9/readyz")

    assert done.returncode == 1
    assert "the operator is not ready: http://127.0.0.1:9/readyz" in done.stderr
