"""After `down` the machine is as it was before `up`, whatever happened in between."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from backpack_devcluster import baseline
from backpack_devcluster.layout import machine
from support import node
from support.machine import Snapshot, snapshot


def changes(before: Snapshot) -> dict[str, dict[str, list[str]]]:
    """What is different now; processes that come and go by themselves don't count."""
    found = before.difference(snapshot())
    programs = [line for line in found.pop("processes", {}).get("added", []) if node.mentions_ours(line)]
    return found | ({"processes": {"added": programs}} if programs else {})


@pytest.fixture
def before(bare_machine: None) -> Snapshot:
    return snapshot()


def test_down_leaves_nothing_behind(before: Snapshot) -> None:
    kubectl = node.up()
    node.start_workload(kubectl)
    assert node.redis(kubectl, "SET", "a", "b") == "OK"
    assert set(changes(before)) >= {"processes", "mounts", "links", "rules", "control_groups", "files"}
    node.down()
    assert changes(before) == {}


def test_down_leaves_nothing_behind_of_a_cluster_whose_daemons_were_killed(before: Snapshot) -> None:
    node.start_workload(node.up())
    node.kill_daemons()
    node.down()
    assert changes(before) == {}


@pytest.mark.long
def test_a_removal_that_was_killed_halfway_is_finished_by_the_next_up(before: Snapshot) -> None:
    node.start_workload(node.up())
    command = [sys.executable, "-c", "from backpack_devcluster.cli import main; main()", "down"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as removal:
        assert removal.stderr is not None
        assert "End the pods" in removal.stderr.readline()
        os.kill(removal.pid, signal.SIGKILL)
    kubectl = node.up()
    assert kubectl.list("pods", f"app={node.NAME}") == []
    assert node.volume_folders() == []
    node.down()
    assert changes(before) == {}


@pytest.mark.long
def test_what_a_cluster_without_a_record_left_is_removed_by_the_next_up(before: Snapshot) -> None:
    node.start_workload(node.up())
    # What a hasty `rm -rf` takes before it meets a mount; the daemons go on.
    layout = machine()
    for folder in (layout.directory / "run", layout.directory / "pki"):
        shutil.rmtree(folder)
    record = baseline.load(layout)
    assert record is not None
    layout.baseline.unlink()
    kubectl = node.up()
    assert kubectl.list("pods", f"app={node.NAME}") == []
    node.down()
    # What the kernel was set to went with the record: the test has to know.
    baseline.restore_sysctls(record)
    assert changes(before) == {}
