"""What is taken out of folders that are not the cluster's own."""

import socket
from pathlib import Path

from backpack_devcluster import fixed_paths


def test_only_links_to_our_pods_logs_are_ours(tmp_path: Path) -> None:
    ours, theirs, file = (tmp_path / name for name in ("ours.log", "theirs.log", "file.log"))
    ours.symlink_to("/state/pod-logs/a/0.log")
    theirs.symlink_to("/var/log/pods/a/0.log")
    file.touch()
    assert list(fixed_paths.log_links(tmp_path, Path("/state/pod-logs"))) == [ours]


def test_records_of_our_network_are_ours_with_the_loopback_of_the_same_pod(tmp_path: Path) -> None:
    for name in ("backpack-12ab-eth0", "cni-loopback-12ab-lo", "cni-loopback-34cd-lo", "other-34cd-eth0"):
        (tmp_path / name).touch()
    found = [path.name for path in fixed_paths.cni_results(tmp_path)]
    assert found == ["backpack-12ab-eth0", "cni-loopback-12ab-lo"]


def test_a_socket_goes_when_nobody_listens_on_it(tmp_path: Path) -> None:
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    (tmp_path / "file").touch()
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as ended:
        listener.bind(str(alive))
        listener.listen()
        ended.bind(str(dead))
        ended.close()
        assert list(fixed_paths.dead_sockets(tmp_path)) == [dead]


def test_pruning_leaves_every_file_and_the_folders_that_lead_to_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "empty" / "too").mkdir(parents=True)
    (root / "kept").mkdir()
    (root / "kept" / "file").touch()
    fixed_paths.prune(root)
    assert [path.name for path in root.iterdir()] == ["kept"]
    (root / "kept" / "file").unlink()
    fixed_paths.prune(root)
    assert not root.exists()


def test_a_folder_that_is_not_there_has_nothing_of_ours(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert list(fixed_paths.log_links(absent, tmp_path)) == []
    assert list(fixed_paths.cni_results(absent)) == []
    assert list(fixed_paths.dead_sockets(absent)) == []
    fixed_paths.prune(absent)
