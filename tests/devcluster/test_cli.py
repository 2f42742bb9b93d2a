"""The command `devcluster`, as far as it needs no root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backpack_devcluster import processes

PROGRAM = [sys.executable, "-c", "from backpack_devcluster.cli import main; main()"]


@pytest.fixture
def devcluster(tmp_path: Path) -> "Devcluster":
    return Devcluster(tmp_path)


class Devcluster:
    """Runs the command with a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "BACKPACK_STATE": str(folder / "state")}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def test_where_there_is_no_cluster_it_says_how_to_get_one(devcluster: Devcluster) -> None:
    status = devcluster("status")
    assert status.returncode == 1
    assert status.stdout == "No cluster is on this machine: `devcluster up` starts one.\n"
    kubeconfig = devcluster("kubeconfig")
    assert kubeconfig.returncode == 1
    assert kubeconfig.stderr == "devcluster: no cluster runs on this machine: `devcluster up` starts one\n"


def test_logs_of_an_unknown_daemon_are_an_error_without_a_traceback(devcluster: Devcluster) -> None:
    logs = devcluster("logs", "nonsense")
    assert logs.returncode == 1
    assert logs.stderr.startswith("devcluster: there is no daemon called nonsense")


def test_a_control_plane_needs_a_place(devcluster: Devcluster) -> None:
    refused = devcluster("up", "--control-plane")
    assert refused.returncode == 1
    assert "--directory" in refused.stderr


def test_a_folder_for_the_machines_one_node_is_refused(devcluster: Devcluster, tmp_path: Path) -> None:
    refused = devcluster("up", "--directory", str(tmp_path))
    assert refused.returncode == 1
    assert "add --control-plane" in refused.stderr


@pytest.mark.long
def test_a_control_plane_outlives_the_command_and_is_found_again(
    devcluster: Devcluster, tmp_path: Path
) -> None:
    folder = tmp_path / "plane"
    arguments = ("--directory", str(folder))
    first = devcluster("up", "--control-plane", *arguments)
    assert first.stdout == f"export KUBECONFIG={folder}/kubeconfig\n", first.stderr
    running = {name: processes.running(folder, name) for name in processes.names(folder)}
    kubeconfig = (folder / "kubeconfig").read_text()
    try:
        assert set(running) == {"etcd", "kube-apiserver", "kube-controller-manager"}
        assert all(running.values())
        assert devcluster("up", "--control-plane", *arguments).returncode == 0
        assert {name: processes.running(folder, name) for name in running} == running
        assert (folder / "kubeconfig").read_text() == kubeconfig
    finally:
        down = devcluster("down", *arguments)
    assert down.returncode == 0, down.stderr
    assert not folder.exists()
    assert not any(identity and processes.alive(identity) for identity in running.values())


def test_a_folder_that_is_no_control_plane_is_not_removed(devcluster: Devcluster, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    assert devcluster("down", "--directory", str(precious)).returncode == 1
    assert precious.exists()
