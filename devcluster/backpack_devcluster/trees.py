"""Removes folders, and never follows a mount out of them."""

import shutil
from pathlib import Path

from .errors import DevClusterError


def mounts_below(mountinfo: str, *prefixes: str) -> list[str]:
    """The mount points whose path begins with one of the prefixes, the deepest first.

    `mountinfo` is the text of /proc/self/mountinfo.
    """
    # In this file a space in a path is written as \040.
    targets = [line.split()[4].encode().decode("unicode_escape") for line in mountinfo.splitlines()]
    found = [target for target in targets if target.startswith(prefixes)]
    return sorted(found, key=lambda target: target.count("/"), reverse=True)


def current_mounts() -> str:
    """The text that `mounts_below` reads."""
    return Path("/proc/self/mountinfo").read_text()


def remove_tree(path: Path) -> None:
    """Remove a folder or file if it is there; refuse where something is still mounted in it."""
    if path.is_dir() and not path.is_symlink():
        if still := mounts_below(current_mounts(), f"{path}/"):
            raise DevClusterError(f"{path} can't be removed: {still[0]} is still mounted")
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
