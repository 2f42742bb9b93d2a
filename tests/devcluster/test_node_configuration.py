"""The node's configuration: nothing listens beyond this machine, nothing lies outside its folder."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster import containerd, files, kube_proxy, kubelet, network, quantities
from backpack_devcluster.layout import Layout

LAYOUT = Layout(Path("/state"))


def test_the_kubelet_listens_on_the_bridge_and_lets_nobody_in_unasked() -> None:
    configuration: dict[str, Any] = kubelet.configuration(LAYOUT)
    assert configuration["address"] == "10.244.0.1"
    assert configuration["readOnlyPort"] == 0
    assert configuration["authentication"]["anonymous"] == {"enabled": False}
    assert configuration["authorization"] == {"mode": "Webhook"}


def test_node_ports_are_for_this_machine_only() -> None:
    assert kube_proxy.configuration(LAYOUT)["nodePortAddresses"] == ["127.0.0.0/8"]


def test_the_machines_limits_on_connections_are_not_touched() -> None:
    configuration: dict[str, Any] = kube_proxy.configuration(LAYOUT)
    assert set(configuration["conntrack"].values()) == {0, "0s"}


def test_containerd_keeps_everything_in_the_nodes_folder() -> None:
    read = tomllib.loads(containerd.configuration(LAYOUT, "localhost/pause:1"))
    assert {read["root"], read["state"], read["grpc"]["address"]} == {
        "/state/containerd",
        "/state/containerd-state",
        "/state/containerd.sock",
    }
    assert read["plugins"]["io.containerd.grpc.v1.cri"]["sandbox_image"] == "localhost/pause:1"


def test_pods_get_their_addresses_from_the_bridges_range() -> None:
    plugins: Any = network.cni_configuration(LAYOUT)["plugins"]
    bridge, portmap = plugins
    assert bridge["bridge"] == "backpack0"
    assert bridge["ipam"]["ranges"] == [[{"subnet": "10.244.0.0/22", "gateway": "10.244.0.1"}]]
    assert bridge["ipam"]["dataDir"].startswith("/state/")
    assert portmap["capabilities"] == {"portMappings": True}
    json.dumps([bridge, portmap])


@pytest.mark.parametrize(
    ("machine", "pods"),
    [
        (["search x\nnameserver 192.0.2.1\noptions a\n"], "nameserver 192.0.2.1\n"),
        (["nameserver 127.0.0.53\n", "nameserver 192.0.2.7\n"], "nameserver 192.0.2.7\n"),
        (["nameserver ::1\nnameserver 127.0.0.1\nnameserver 192.0.2.2\n"], "nameserver 192.0.2.2\n"),
        (["nameserver 127.0.0.1\n"], "nameserver 10.244.0.1\n"),
        ([], "nameserver 10.244.0.1\n"),
    ],
)
def test_pods_are_given_only_resolvers_that_they_can_reach(machine: list[str], pods: str) -> None:
    assert network.reachable_resolvers(machine) == pods


def test_a_file_is_only_written_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    files.put(path, "one")
    first = path.stat()
    files.put(path, "one")
    assert path.stat().st_ino == first.st_ino
    files.put(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("quantity", "size"),
    [
        ("1Gi", 1024**3),
        ("1.5Ki", 1536),
        ("1k", 1000),
        ("1e3", 1000),
        ("12", 12),
        ("0.5", 1),
        ("1500m", 2),
        ("2E", 2 * 10**18),
    ],
)
def test_quantities_are_bytes_rounded_up(quantity: str, size: int) -> None:
    assert quantities.storage_bytes(quantity) == size


@pytest.mark.parametrize("quantity", ["", "Gi", "much", "NaN", "1 Gi", "inf", "1.2.3", "1Xi", "-1"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantities.storage_bytes(quantity)
