"""What a machine looks like from outside, to compare before and after a cluster.

Only what a cluster could leave behind; things that come and go by themselves
(counters, ages, the addresses of leases) are left out.
"""

import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

WATCHED_FOLDERS = (
    "/etc/cni",
    "/etc/containerd",
    "/opt/cni",
    "/opt/containerd",
    "/run",
    "/run/containerd",
    "/run/netns",
    "/usr/libexec",
    "/usr/sbin/policy-rc.d",
    "/var/lib",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log",
    "/var/log/containers",
    "/var/log/pods",
    "/var/run/kubernetes",
    "/etc/hosts",
    *(str(Path.home() / folder) for folder in (".kube", ".cache", ".config", ".local/share")),
)
SYSCTLS = (
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "net/ipv4/ip_forward",
    "net/bridge/bridge-nf-call-iptables",
    "fs/inotify/max_user_instances",
    "net/netfilter/nf_conntrack_max",
    "net/netfilter/nf_conntrack_tcp_timeout_established",
)


@dataclass(frozen=True)
class Snapshot:
    """Sets of lines, by what they tell of."""

    processes: frozenset[str]
    mounts: frozenset[str]
    links: frozenset[str]
    rules: frozenset[str]
    control_groups: frozenset[str]
    files: frozenset[str]
    sysctls: frozenset[str]

    def difference(self, other: "Snapshot") -> dict[str, dict[str, list[str]]]:
        """What `other` has that this has not (`added`), and the reverse (`gone`)."""
        mine, theirs = asdict(self), asdict(other)
        changes = {
            kind: {"added": sorted(theirs[kind] - mine[kind]), "gone": sorted(mine[kind] - theirs[kind])}
            for kind in mine
        }
        return {kind: change for kind, change in changes.items() if change["added"] or change["gone"]}


def snapshot() -> Snapshot:
    """The machine now."""
    return Snapshot(
        processes=_processes(),
        mounts=_mounts(),
        links=frozenset(path.name for path in Path("/sys/class/net").iterdir()),
        rules=_rules(),
        control_groups=_control_groups(),
        files=_files(),
        sysctls=_sysctls(),
    )


def _processes() -> frozenset[str]:
    """Programs that are nobody's child: daemons. Those of this session's tools come and go."""
    found = set()
    for process in psutil.process_iter(["cmdline", "ppid", "create_time"]):
        command = process.info["cmdline"]
        if command and process.info["ppid"] == 1:
            found.add(f"{process.pid} {' '.join(command)[:200]}")
    return frozenset(found)


def _mounts() -> frozenset[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return frozenset(f"{line.split()[4]} {line.rpartition(' - ')[2].split()[0]}" for line in lines)


def _rules() -> frozenset[str]:
    found = set()
    for program in filter(shutil.which, ("iptables-save", "ip6tables-save")):
        done = subprocess.run([program], capture_output=True, text=True, check=True)
        table = ""
        for line in done.stdout.splitlines():
            if line.startswith("*"):
                table = line
            elif line.startswith(":"):
                name, policy = line.split()[:2]
                # A built-in chain that lets everything pass is the same as none.
                if policy != "ACCEPT":
                    found.add(f"{program} {table} {name} {policy}")
            elif line.startswith("-"):
                found.add(f"{program} {table} {line}")
    return frozenset(found)


def _control_groups() -> frozenset[str]:
    root = Path("/sys/fs/cgroup")
    one_hierarchy = (root / "cgroup.controllers").exists()
    tops = root.glob("*" if one_hierarchy else "*/*")
    # Below its own top group, each service manager makes and removes groups all the time.
    groups = [*tops, *root.rglob("*kubepods*"), *root.rglob("kubepods/**/*")]
    return frozenset(str(path) for path in groups if path.is_dir())


def _files() -> frozenset[str]:
    found = set()
    for name in WATCHED_FOLDERS:
        path = Path(name)
        if path.exists():
            found.add(name)
            if path.is_dir():
                found |= {str(entry) for entry in path.iterdir()}
    # buildah's, while an image is being built by somebody else.
    return frozenset(found - {"/var/lib/containers"})


def _sysctls() -> frozenset[str]:
    root = Path("/proc/sys")
    names = [*SYSCTLS]
    for interface in ("all", "default", "lo", "eth0"):
        names += [
            f"net/ipv4/conf/{interface}/{setting}"
            for setting in ("forwarding", "accept_redirects", "send_redirects", "route_localnet", "rp_filter")
        ]
        names.append(f"net/ipv6/conf/{interface}/forwarding")
    return frozenset(
        f"{name} = {(root / name).read_text().strip()}" for name in names if (root / name).exists()
    )
