"""Removes what the node's programs leave in the kernel: each kind of thing by one function.

Also what an abrupt end left, of which no record may be there. So everything is
found by marks that only this cluster's things carry: its directory, its bridge,
its socket, the names of Kubernetes' and CNI's chains and control groups.
"""

import contextlib
import json
import os
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil

from . import commands, processes, waiting
from .errors import DevClusterError
from .layout import BRIDGE, CONTAINERD, KUBE_PROXY, KUBELET, Layout
from .plane import API_SERVER, CONTROLLER_MANAGER, ETCD, SCHEDULER
from .trees import current_mounts, mounts_below

_CHAIN = re.compile(r"^(KUBE-|CNI-|BACKPACK-)")
_JUMP = re.compile(r" -[jg] (KUBE-|CNI-|BACKPACK-)\S+")
_PROGRAMS = frozenset(
    {
        ETCD,
        API_SERVER,
        CONTROLLER_MANAGER,
        SCHEDULER,
        CONTAINERD,
        KUBELET,
        KUBE_PROXY,
        "containerd-shim-runc-v2",
    }
)
_PROVISIONER_MODULE = "backpack_devcluster.provisioner"
_KUBEPODS = "kubepods"


def end_processes(layout: Layout) -> None:
    """End daemons of which no record is left, and the shims of containers, which outlive containerd."""
    for identity in _our_processes(layout):
        processes.end(identity, seconds=5.0)


def is_ours(command: Sequence[str], directory: Path) -> bool:
    """Whether a command line is a daemon's or a shim's of the cluster in `directory`.

    Both must fit, the program and what it works on: somebody may read our logs,
    and another cluster has daemons of the same names.
    """
    if not any(f"{directory}/" in argument for argument in command):
        return False
    return Path(command[0]).name in _PROGRAMS or _PROVISIONER_MODULE in command


def _our_processes(layout: Layout) -> list[processes.Identity]:
    found = [
        processes.identify(process.pid)
        for process in psutil.process_iter(["cmdline"])
        if is_ours(process.info["cmdline"] or [], layout.directory)
    ]
    return [identity for identity in found if identity]


def end_pods() -> None:
    """Kill what is left in the pods' control groups, and remove the groups."""
    waiting.until(_pods_are_gone, "the end of the pods' processes", 20, every=0.05)


def _pods_are_gone() -> bool:
    """One try: a group is busy until the last of its processes is wholly gone."""
    for group in _pod_groups():
        folders = [group, *(path for path in group.rglob("*") if path.is_dir())]
        for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
            for pid in _members(folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                folder.rmdir()
    return not _pod_groups()


def unmount(layout: Layout) -> None:
    """Detach every mount of the cluster, the deepest first."""
    for target in our_mounts(current_mounts(), layout.directory):
        commands.run("umount", "--lazy", "--no-canonicalize", target)
    namespaces = Path("/run/netns")
    if namespaces.is_dir():
        for path in namespaces.glob("cni-*"):
            path.unlink(missing_ok=True)


def our_mounts(mountinfo: str, directory: Path) -> list[str]:
    """The mount points below `directory`, and of pods' network namespaces, the deepest first."""
    return mounts_below(mountinfo, f"{directory}/", "/run/netns/cni-", "/var/run/netns/cni-")


def remove_links() -> None:
    """Remove the bridge and the pods' ends that still hang on it."""
    if not Path(f"/sys/class/net/{BRIDGE}").exists():
        return
    attached = json.loads(commands.run("ip", "-json", "link", "show", "master", BRIDGE) or "[]")
    for link in attached:
        # A pod that just ended takes its own away.
        with contextlib.suppress(DevClusterError):
            commands.run("ip", "link", "delete", link["ifname"])
    commands.run("ip", "link", "delete", BRIDGE)


def remove_rules() -> None:
    """Remove the chains of Kubernetes and CNI, for both versions of IP."""
    for family in ("iptables", "ip6tables"):
        if removal := _chain_removal(family):
            commands.run(f"{family}-restore", "--noflush", "--wait", stdin=removal)


def chain_removal(saved: str) -> str:
    """What to feed to `iptables-restore --noflush`, to undo what `iptables-save` shows of ours.

    Empty where there is nothing of ours.
    """
    result: list[str] = []
    for table, lines in _tables(saved):
        chains = [line[1:].split()[0] for line in lines if line.startswith(":")]
        ours = [chain for chain in chains if _CHAIN.match(chain)]
        jumps = [
            f"-D {line.removeprefix('-A ')}"
            for line in lines
            if line.startswith("-A ") and not _CHAIN.match(line.split()[1]) and _JUMP.search(line)
        ]
        if ours or jumps:
            result += [table, *jumps]
            # All are emptied before the first is removed: they name each other.
            result += [f"-F {chain}" for chain in ours] + [f"-X {chain}" for chain in ours]
            result.append("COMMIT")
    return "\n".join([*result, ""]) if result else ""


def leftovers(layout: Layout) -> list[str]:
    """What of a node is still on the machine, in words; empty when it is clean."""
    found = []
    if _our_processes(layout):
        found.append("processes")
    if our_mounts(current_mounts(), layout.directory):
        found.append("mounts")
    if Path(f"/sys/class/net/{BRIDGE}").exists():
        found.append(f"the bridge {BRIDGE}")
    if _pod_groups():
        found.append("control groups of pods")
    if _chain_removal("iptables"):
        found.append("packet filter chains")
    return found


def _chain_removal(family: str) -> str:
    # Where the program isn't installed, no node has ever been.
    return chain_removal(commands.run(f"{family}-save")) if shutil.which(f"{family}-save") else ""


def _tables(saved: str) -> list[tuple[str, list[str]]]:
    tables: list[tuple[str, list[str]]] = []
    for line in saved.splitlines():
        if line.startswith("*"):
            tables.append((line, []))
        elif tables and line and not line.startswith("#"):
            tables[-1][1].append(line)
    return tables


def _pod_groups() -> list[Path]:
    root = Path("/sys/fs/cgroup")
    return [path for path in (root / _KUBEPODS, *root.glob(f"*/{_KUBEPODS}")) if path.is_dir()]


def _members(group: Path) -> list[int]:
    try:
        return [int(word) for word in (group / "cgroup.procs").read_text().split()]
    except FileNotFoundError:
        return []
