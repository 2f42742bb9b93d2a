"""Whether this machine can run the node, before anything is done to it.

Each check gives a sentence that says what is missing and what to do, or None.
"""

import ipaddress
import json
import os
import platform
import shutil
import socket
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil

from . import commands, paths, processes
from .errors import Unfit
from .layout import (
    BRIDGE,
    HTTP_HOST,
    HTTP_PORT,
    HTTPS_PORT,
    KUBELET_HEALTH_PORT,
    POD_ADDRESSES,
    PORTS,
    PROXY_HEALTH_PORT,
    PROXY_METRICS_PORT,
    SERVICES,
    Layout,
)

_GIB = 1024**3
_BUILD_BYTES = 8 * _GIB
_RUN_BYTES = 2 * _GIB
_MEMORY_BYTES = 2 * _GIB
_CONTROLLERS = frozenset({"cpu", "cpuset", "memory", "pids"})

RIVALS = frozenset({"kubelet", "k3s", "k3s-server", "k0s", "containerd", "dockerd", "crio"})
"""Programs that manage pods, bridges and packet filter rules as if they were alone."""

Route = tuple[str, str]
"""Destination and interface."""


def check_platform() -> None:
    """What no installation can mend: `Unfit` says it."""
    if platform.system() != "Linux":
        raise Unfit(
            f"the project's own cluster needs Linux, and this is {platform.system()}: "
            "start a Docker engine and use kind instead"
        )
    if os.geteuid() != 0:
        raise Unfit(
            "the node needs root, for network interfaces, mounts and control groups: run this with "
            "sudo, or use `devcluster up --control-plane`, which needs none"
        )


def check(layout: Layout, *, compiled: bool) -> None:
    """Everything else, all complaints at once; called when nothing of ours is running."""
    complaints = [
        disk(shutil.disk_usage(_existing(paths.cache())).free, paths.cache(), compiled=compiled),
        disk(shutil.disk_usage(_existing(layout.directory)).free, layout.directory, compiled=True),
        memory(psutil.virtual_memory().available),
        file_systems(Path("/proc/filesystems").read_text()),
        bridge_filter(),
        packet_filter(),
        control_groups(_controllers()),
        rivals(_other_programs(own_processes(layout))),
        overlap(_routes()),
        *(port(number) for number in _loopback_ports()),
    ]
    found = [complaint for complaint in complaints if complaint]
    if found:
        raise Unfit("this machine can't run the cluster as it is:\n" + "\n".join(f"- {it}" for it in found))


def disk(free: int, where: Path, *, compiled: bool) -> str | None:
    wanted = _RUN_BYTES if compiled else _BUILD_BYTES
    if free >= wanted:
        return None
    return (
        f"{where} has {free / _GIB:.1f} GiB of free disk, and {wanted // _GIB} GiB are needed: free some, "
        "or name another place with BACKPACK_CACHE and BACKPACK_STATE"
    )


def memory(available: int) -> str | None:
    if available >= _MEMORY_BYTES:
        return None
    return f"{available / _GIB:.1f} GiB of memory are available, and {_MEMORY_BYTES // _GIB} GiB are needed"


def file_systems(known: str) -> str | None:
    if "overlay" in known.split() or commands.succeeds(["modprobe", "overlay"]):
        return None
    return "the kernel has no overlay file system (CONFIG_OVERLAY_FS), which the containers' images need"


def bridge_filter() -> str | None:
    setting = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if setting.exists() or (commands.succeeds(["modprobe", "br_netfilter"]) and setting.exists()):
        return None
    return "the kernel can't filter bridged packets (CONFIG_BRIDGE_NETFILTER, module br_netfilter)"


def packet_filter() -> str | None:
    for program in ("iptables", "ip6tables"):
        if not commands.succeeds([program, "--wait", "--table", "nat", "--list-rules"]):
            return f"`{program} -t nat -S` fails: the kernel lacks NAT, or this container may not use it"
    return None


def control_groups(controllers: Collection[str]) -> str | None:
    lacking = sorted(_CONTROLLERS - set(controllers))
    if not lacking:
        return None
    return f"the control groups {', '.join(lacking)} are not mounted below /sys/fs/cgroup"


def rivals(programs: Iterable[tuple[int, str]]) -> str | None:
    found = sorted((name, pid) for pid, name in programs if name in RIVALS)
    if not found:
        return None
    name, pid = found[0]
    return (
        f"{name} (process {pid}) is at work on this machine, and two would undo each other's networks: "
        f"stop it first (`systemctl stop {name}`)"
    )


def overlap(routes: Iterable[Route]) -> str | None:
    ours = [ipaddress.ip_network(POD_ADDRESSES), ipaddress.ip_network(SERVICES)]
    for destination, interface in routes:
        if destination == "default" or interface == BRIDGE:
            continue
        network = ipaddress.ip_network(destination, strict=False)
        for own in ours:
            if network.version == own.version and network.overlaps(own):
                return f"{interface} has a route to {destination}, which the cluster's own {own} would hide"
    return None


def port(number: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HTTP_HOST, number))
        except OSError:
            return f"something listens on {HTTP_HOST}:{number}, which the cluster needs: stop it"
    return None


def own_processes(layout: Layout) -> set[int]:
    """The ids of the daemons that are recorded and run."""
    found = (processes.running(layout.directory, name) for name in processes.names(layout.directory))
    return {identity.pid for identity in found if identity}


def _loopback_ports() -> list[int]:
    kubelet_and_proxy = [KUBELET_HEALTH_PORT, PROXY_HEALTH_PORT, PROXY_METRICS_PORT]
    return [HTTP_PORT, HTTPS_PORT, PORTS.etcd, PORTS.etcd_peers, *kubelet_and_proxy]


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _other_programs(own: set[int]) -> list[tuple[int, str]]:
    return [
        (process.pid, process.info["name"])
        for process in psutil.process_iter(["name"])
        # A daemon that was killed may stay a zombie: no first process must reap it at once.
        if process.pid not in own and processes.identify(process.pid)
    ]


def _controllers() -> set[str]:
    unified = Path("/sys/fs/cgroup/cgroup.controllers")
    if unified.exists():
        return set(unified.read_text().split())
    return (
        {path.name for path in Path("/sys/fs/cgroup").iterdir()} if Path("/sys/fs/cgroup").exists() else set()
    )


def _routes() -> list[Route]:
    listed = json.loads(commands.run("ip", "-json", "-4", "route", "show"))
    return [(route["dst"], route.get("dev", "")) for route in listed]
