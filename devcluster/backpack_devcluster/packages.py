"""What the machine's own package manager has to provide, and getting it where that is Debian's.

Programs that have to be compiled are `gobuild`'s; these come as packages because
every distribution has them.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import Unfit
from .report import Report, Step


@dataclass(frozen=True)
class Need:
    """A program, by its name on the PATH or by its path, and Debian's package that has it."""

    program: str
    package: str

    def met(self) -> bool:
        return Path(self.program).exists() if "/" in self.program else shutil.which(self.program) is not None


NODE = (
    Need("containerd", "containerd"),
    Need("ctr", "containerd"),
    Need("runc", "runc"),
    Need("/usr/lib/cni/bridge", "containernetworking-plugins"),
    Need("iptables", "iptables"),
    Need("ip6tables", "iptables"),
    Need("ip", "iproute2"),
    Need("umount", "mount"),
    Need("setpriv", "util-linux"),
)
"""What the node runs on."""

IMAGES = (
    Need("buildah", "buildah"),
    Need("mmdebstrap", "mmdebstrap"),
    Need("unshare", "util-linux"),
    Need("gcc", "gcc"),
    Need("/usr/include/stdio.h", "libc6-dev"),
)
"""What building images takes where no Docker engine is."""

_POLICY = Path("/usr/sbin/policy-rc.d")


def missing(needs: Sequence[Need]) -> list[Need]:
    """Those of the needs that the machine doesn't meet."""
    return [need for need in needs if not need.met()]


def ensure(needs: Sequence[Need], report: Report) -> None:
    """Install what is missing with apt-get, or say in a sentence what it is (`Unfit`)."""
    lacking = missing(needs)
    if not lacking:
        return
    packages = sorted({need.package for need in lacking})
    programs = ", ".join(need.program for need in lacking)
    if shutil.which("apt-get") is None:
        raise Unfit(
            f"this machine lacks {programs}, and has no apt-get to install them with: install what "
            f"Debian calls {' '.join(packages)} with its own package manager, and run this again"
        )
    if os.geteuid() != 0:
        raise Unfit(f"this machine lacks {programs}: run `sudo apt-get install {' '.join(packages)}`")
    with report.step(f"Install {' '.join(packages)}") as step, _no_services():
        _apt_get(["update"], step)
        _apt_get(["install", "--yes", "--no-install-recommends", *packages], step)
    still = missing(lacking)
    if still:
        raise Unfit(f"{still[0].program} is not there, although {still[0].package} has been installed")


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian starts what it installs, by its own configuration: not wanted here.

    A policy that the machine has already is respected, so the file is only made
    where there is none.
    """
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)


def _apt_get(arguments: Sequence[str], step: Step) -> None:
    command = ["apt-get", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    printed: list[str] = []
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101  it was asked for
        for line in process.stdout:
            printed.append(line)
            step.progress(line.strip()[:100])
    if process.returncode != 0:
        raise Unfit(f"`{' '.join(command)}` failed:\n{''.join(printed[-20:]).strip()}")
