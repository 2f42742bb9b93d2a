"""The Debian root file system that the images share, and where its packages come from.

No archive is named here: the machine's own apt sources are read, so that a
mirror or a proxy that the machine needs is used, and none of it stays in an image.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backpack_devcluster.report import Report

from . import commands
from .errors import ImageError

SUITE = "bookworm"
_SUITES = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
_APT = Path("/etc/apt")
_CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_LEFT_OUT = ("doc/*", "man/*", "info/*", "locale/*", "lintian/*")
"""Below /usr/share: not for programs."""


def sources(apt: Path = _APT) -> list[str]:
    """The machine's own sources of Debian 12's main archive, in apt's one-line form."""
    found: list[str] = []
    for file in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if not file.is_file():
            continue
        if file.suffix == ".sources":
            found += _deb822(file.read_text())
        elif file.suffix == ".list":
            found += _one_line(file.read_text())
    if not found:
        raise ImageError(
            f"this machine's apt sources name no archive of Debian 12 ({SUITE}), from which the images "
            "are made: add one below /etc/apt/sources.list.d, or install Docker, whose images need none"
        )
    return found


def _one_line(text: str) -> Iterator[str]:
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)", line.strip())
        if match and match[2] in _SUITES and "main" in match[3].split():
            yield f"deb {match[1]} {match[2]} main"


def _deb822(text: str) -> Iterator[str]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if line.strip() and not line.startswith("#")]
        fields = {
            name.strip().lower(): value.split()
            for name, _, value in (line.partition(":") for line in lines if not line.startswith(" "))
        }
        if fields.get("enabled") == ["no"] or "deb" not in fields.get("types", []):
            continue
        if "main" not in fields.get("components", []):
            continue
        for uri in fields.get("uris", []):
            yield from (f"deb {uri} {suite} main" for suite in fields.get("suites", []) if suite in _SUITES)


@dataclass(frozen=True)
class RootFileSystem:
    """Debian's essential packages and apt, as `build/rootfs.tar` of a build context."""

    def key(self, report: Report) -> str:  # noqa: ARG002  the protocol of parts
        """What distinguishes it from another; the packages' versions don't count."""
        return f"{SUITE} apt {_LEFT_OUT}"

    def put(self, context: Path, report: Report) -> None:
        """Make it; takes about 20 seconds and needs root."""
        target = context / "build" / "rootfs.tar"
        target.parent.mkdir(parents=True, exist_ok=True)
        excludes = [f"--dpkgopt=path-exclude=/usr/share/{pattern}" for pattern in _LEFT_OUT]
        command = [
            "mmdebstrap",
            "--quiet",
            "--mode=root",
            "--variant=apt",
            # Without it apt takes usrmerge, and all of Perl with it.
            "--include=usr-is-merged",
            "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
            *excludes,
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            '--aptopt=APT::Install-Recommends "false"',
            "--skip=output/dev",
            f"--customize-hook={_CLEAN}",
            SUITE,
            str(target),
            "-",
        ]
        with report.step("Make the Debian root file system"):
            listed = "".join(f"{line}\n" for line in sources())
            commands.run(
                commands.in_private_mounts(command), what="making the Debian root file system", stdin=listed
            )


# What belongs to the machine goes; and no package may start a service while an
# image is built, on the network of the machine.
_CLEAN = (
    'rm -f "$1"/etc/hostname "$1"/etc/resolv.conf "$1"/etc/machine-id'
    ' && : > "$1"/etc/apt/sources.list'
    " && printf '#!/bin/sh\\nexit 101\\n' > \"$1\"/usr/sbin/policy-rc.d"
    ' && chmod 755 "$1"/usr/sbin/policy-rc.d'
    ' && rm -rf "$1"/var/log/* "$1"/var/cache/debconf/* "$1"/var/cache/apt/*'
)


def apt_mounts(directory: Path) -> dict[Path, str]:
    """Host directories, made below `directory`, to be mounted while an image is built
    on the root file system, so that apt works in it as on this machine."""
    listed = directory / "sources.list.d"
    listed.mkdir(parents=True)
    (listed / "machine.list").write_text("".join(f"{line}\n" for line in sources()))
    settings = directory / "apt.conf.d"
    settings.mkdir()
    dumped = commands.run(["apt-config", "dump"], what="reading apt's settings")
    kept = [line for line in dumped.splitlines() if re.match(r"Acquire::(https?|Check|Retries|Force)", line)]
    if _CA_BUNDLE.exists():
        # apt passes over names of this form, so the certificates can lie here.
        shutil.copyfile(_CA_BUNDLE, settings / "certificates.disabled")
        kept.append('Acquire::https::CAInfo "/etc/apt/apt.conf.d/certificates.disabled";')
    (settings / "90machine").write_text("".join(f"{line}\n" for line in kept))
    mounts = {listed: "/etc/apt/sources.list.d", settings: "/etc/apt/apt.conf.d"}
    if (_APT / "auth.conf.d").is_dir():
        mounts[_APT / "auth.conf.d"] = "/etc/apt/auth.conf.d"
    return mounts
