"""kubectl and helm as the cluster publishes them."""

import subprocess
from pathlib import Path

import pytest

from backpack_devcluster import programs
from backpack_devcluster.layout import Layout


def run(program: Path) -> dict[str, str]:
    done = subprocess.run([program, "a b"], capture_output=True, text=True, check=True)
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines())


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A program that prints its environment and first argument, after its publication."""
    program = tmp_path / "kubectl"
    program.write_text('#!/bin/sh\nenv\necho "FIRST=$1"\n')
    program.chmod(0o755)
    layout = Layout(tmp_path / "state")
    programs.publish(layout, program)
    return layout.programs / "kubectl"


def test_caches_are_kept_in_the_clusters_folder(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECACHEDIR", raising=False)
    seen = run(published)
    assert seen["KUBECACHEDIR"] == str(published.parents[1] / "kubectl-cache")
    assert seen["HELM_CONFIG_HOME"].startswith(str(published.parents[1]))
    assert seen["FIRST"] == "a b"


def test_what_the_user_set_stays(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECACHEDIR", "/elsewhere")
    assert run(published)["KUBECACHEDIR"] == "/elsewhere"
