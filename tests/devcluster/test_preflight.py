"""What is said of a machine that can't run the node: one sentence, with the remedy."""

import socket
from pathlib import Path

import pytest

from backpack_devcluster import packages, preflight, report
from backpack_devcluster.errors import Unfit
from backpack_devcluster.packages import Need

GIB = 1024**3


def test_a_full_disk_is_told_with_what_is_needed() -> None:
    said = preflight.disk(GIB, Path("/cache"), compiled=False)
    assert said is not None
    assert "/cache has 1.0 GiB of free disk, and 8 GiB are needed" in said
    assert "BACKPACK_CACHE" in said


def test_a_disk_that_would_not_do_for_compiling_does_for_running() -> None:
    assert preflight.disk(3 * GIB, Path("/cache"), compiled=True) is None
    assert preflight.disk(3 * GIB, Path("/cache"), compiled=False) is not None


def test_too_little_memory() -> None:
    assert preflight.memory(GIB) == "1.0 GiB of memory are available, and 2 GiB are needed"
    assert preflight.memory(4 * GIB) is None


def test_a_missing_control_group_is_named() -> None:
    said = preflight.control_groups({"cpu", "cpuset", "pids"})
    assert said == "the control groups memory are not mounted below /sys/fs/cgroup"
    assert preflight.control_groups({"cpu", "cpuset", "pids", "memory", "io"}) is None


def test_another_kubelet_is_named_with_its_process() -> None:
    said = preflight.rivals([(1, "init"), (77, "kubelet"), (78, "python")])
    assert said is not None
    assert said.startswith("kubelet (process 77) is at work")
    assert "systemctl stop kubelet" in said
    assert preflight.rivals([(1, "init"), (2, "not-a-kubelet")]) is None


@pytest.mark.parametrize("destination", ["10.244.0.0/16", "10.0.0.0/8", "10.96.3.0/24", "10.244.1.7"])
def test_a_route_into_the_clusters_addresses_is_refused(destination: str) -> None:
    said = preflight.overlap([(destination, "eth7")])
    assert said is not None
    assert said.startswith(f"eth7 has a route to {destination}")


def test_other_routes_and_the_clusters_own_are_fine() -> None:
    routes = [("default", "eth0"), ("192.168.1.0/24", "eth0"), ("10.244.0.0/22", "backpack0")]
    assert preflight.overlap(routes) is None


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        assert (
            preflight.port(number)
            == f"something listens on 127.0.0.1:{number}, which the cluster needs: stop it"
        )
    assert preflight.port(number) is None


def test_without_apt_the_missing_programs_are_named_by_debians_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    needs = [Need("containerd", "containerd"), Need("/nowhere/bridge", "containernetworking-plugins")]
    with pytest.raises(Unfit, match="lacks containerd, /nowhere/bridge") as refusal:
        packages.ensure(needs, report.silent())
    assert "containerd containernetworking-plugins" in str(refusal.value)


def test_a_machine_that_has_everything_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "runc"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = report.silent()
    packages.ensure([Need("runc", "runc"), Need(str(program), "runc")], told)
    assert told.timings == []
