"""Folders outside the state where containerd, the CNI plugins and the kubelet write, whatever they are told.

Where such a folder was there before the cluster, somebody else uses it: then
only what is recognisably ours is taken out of it.
"""

import contextlib
import os
import socket
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from .layout import Layout
from .trees import remove_tree

FIXED_PATHS = (
    "/run/containerd",
    "/run/netns",
    "/run/xtables.lock",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/var/log/pods",
)

_CNI_RESULTS = Path("/var/lib/cni/results")
_CONTAINER_LOGS = Path("/var/log/containers")
_SOCKETS = (Path("/run/containerd/s"), Path("/var/lib/kubelet/device-plugins"))


def clear(layout: Layout, existed: Collection[str] | None) -> None:
    """Remove what the node made there; `existed`: what was there before it, None: unknown."""
    if existed is not None:
        for path in FIXED_PATHS:
            if path not in existed:
                remove_tree(Path(path))
    for entry in [*log_links(_CONTAINER_LOGS, layout.pod_logs), *cni_results(_CNI_RESULTS)]:
        entry.unlink(missing_ok=True)
    for folder in _SOCKETS:
        for entry in dead_sockets(folder):
            entry.unlink(missing_ok=True)
    if existed is None:
        for path in FIXED_PATHS:
            prune(Path(path))


def log_links(folder: Path, pod_logs: Path) -> Iterator[Path]:
    """The links to logs of our pods."""
    for link in _entries(folder):
        if link.is_symlink() and str(link.readlink()).startswith(f"{pod_logs}/"):
            yield link


def cni_results(folder: Path) -> Iterator[Path]:
    """The records of networks that our pods were given, and of the same pods' loopbacks."""
    for result in _entries(folder):
        network, _, rest = result.name.partition("-")
        if network == "backpack":
            yield result
            yield folder / f"cni-loopback-{rest.removesuffix('-eth0')}-lo"


def dead_sockets(folder: Path) -> Iterator[Path]:
    """The sockets on which nobody listens any more, whoever made them."""
    for entry in _entries(folder):
        if not stat.S_ISSOCK(entry.lstat().st_mode):
            continue
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(entry))
            except ConnectionRefusedError:
                yield entry
            except OSError:
                continue


def prune(path: Path) -> None:
    """Remove the empty folders in `path`, and itself if nothing is left."""
    for folder, _, _ in os.walk(path, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
