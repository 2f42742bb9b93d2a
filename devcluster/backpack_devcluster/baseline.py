"""What the machine was like before the node came, so that it can be like that again.

The record exists for as long as anything of ours may be on the machine: it is
the first thing that is written and the last that goes.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from . import files, sysctls
from .fixed_paths import FIXED_PATHS
from .layout import Layout

_SYSCTLS = (
    # The first: writing it resets others of this list.
    "net.ipv4.ip_forward",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.route_localnet",
    "net.bridge.bridge-nf-call-iptables",
    "fs.inotify.max_user_instances",
    "kernel.panic",
    "kernel.panic_on_oops",
    "kernel.keys.root_maxbytes",
    "kernel.keys.root_maxkeys",
    "vm.overcommit_memory",
    "vm.panic_on_oom",
)

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Baseline:
    """The machine before us."""

    boot: str
    sysctls: dict[str, str]
    existed: list[str]
    """Those of the fixed paths that were there already."""


def record(layout: Layout) -> Baseline:
    """Write down what the machine is like, unless that was done.

    A reboot has undone the sysctls, so they are read again after one.
    """
    present = load(layout)
    boot = _BOOT_ID.read_text().strip()
    if present is not None and present.boot == boot:
        return present
    existed = [path for path in FIXED_PATHS if Path(path).exists()]
    baseline = Baseline(boot, _read_sysctls(), present.existed if present else existed)
    layout.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.put(layout.baseline, json.dumps(asdict(baseline), indent=2))
    return baseline


def load(layout: Layout) -> Baseline | None:
    """What was written down, if anything was."""
    try:
        return Baseline(**json.loads(layout.baseline.read_text()))
    except FileNotFoundError:
        return None


def restore_sysctls(baseline: Baseline) -> None:
    """Give the kernel's settings their former values; after a reboot they have them."""
    if baseline.boot == _BOOT_ID.read_text().strip():
        for name, value in baseline.sysctls.items():
            sysctls.write(name, value)


def _read_sysctls() -> dict[str, str]:
    read = {name: sysctls.read(name) for name in _SYSCTLS}
    # Whether the machine forwards at all sets these for each of its interfaces.
    for path in sorted(Path("/proc/sys/net/ipv4/conf").glob("*/forwarding")):
        read[f"net.ipv4.conf.{path.parent.name}.forwarding"] = path.read_text().strip()
    return {name: value for name, value in read.items() if value is not None}
