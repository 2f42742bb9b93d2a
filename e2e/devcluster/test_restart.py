"""The cluster after its daemons were killed, and after all but its files was lost."""

from pathlib import Path

import pytest

from backpack_devcluster import sweep, waiting
from backpack_devcluster.layout import BRIDGE, machine
from support import node
from support.kubectl import Kubectl


def test_up_of_a_running_cluster_touches_no_daemon(kubectl: Kubectl) -> None:
    before = node.daemons()
    assert all(before.values())
    node.up()
    assert node.daemons() == before


def test_after_kill_9_of_every_daemon_the_pods_have_not_even_noticed(kubectl: Kubectl) -> None:
    node.start_workload(kubectl)
    assert node.redis(kubectl, "SET", "kept", "yes") == "OK"
    pods, daemons = node.pods(kubectl), node.daemons()
    node.kill_daemons()
    node.up()
    assert node.redis(kubectl, "GET", "kept") == "yes"
    assert node.pods(kubectl) == pods
    assert not set(node.daemons().values()) & set(daemons.values())


def test_after_kill_9_of_every_process_the_pods_come_back_with_their_data(kubectl: Kubectl) -> None:
    node.start_workload(kubectl)
    assert node.redis(kubectl, "SET", "kept", "again") == "OK"
    before = node.pods(kubectl)
    node.kill_everything()
    node.up()
    node.wait_for_workload(kubectl)
    waiting.until(lambda: node.restarted_since(before, kubectl), "the restart of the pod", 60)
    node.wait_for_workload(kubectl)
    assert node.redis(kubectl, "GET", "kept") == "again"


@pytest.mark.long
def test_after_the_loss_of_everything_but_files_the_data_is_there(kubectl: Kubectl) -> None:
    """What a machine that was switched off finds at its next start."""
    node.start_workload(kubectl)
    assert node.redis(kubectl, "SET", "kept", "still") == "OK"
    node.kill_daemons()
    layout = machine()
    sweep.end_processes(layout)
    sweep.end_pods()
    sweep.unmount(layout)
    sweep.remove_links()
    sweep.remove_rules()
    assert not Path(f"/sys/class/net/{BRIDGE}").exists()
    node.up()
    node.wait_for_workload(kubectl)
    assert node.redis(kubectl, "GET", "kept") == "still"


def test_a_volume_goes_with_its_claim(kubectl: Kubectl) -> None:
    node.start_workload(kubectl)
    folders = [folder for folder in node.volume_folders() if folder.name.startswith(kubectl.namespace)]
    assert len(folders) == 1
    kubectl.run("delete", f"deployment/{node.NAME}", "--wait=true", timeout=60)
    kubectl.run("delete", f"pvc/{node.NAME}", "--wait=true", timeout=60)
    kubectl.run(
        "wait", "--for=delete", "pv", f"--field-selector=metadata.name={_volume(folders[0])}", timeout=60
    )
    assert not folders[0].exists()


def _volume(folder: Path) -> str:
    return f"pvc-{folder.name.rpartition('_')[2]}"
