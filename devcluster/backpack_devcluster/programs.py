"""kubectl and helm under paths that stay the same, and that leave no files in the user's home."""

from pathlib import Path

from . import files
from .layout import Layout


def publish(layout: Layout, *programs: Path) -> None:
    """Put each program, under its own name, into the layout's folder of programs."""
    for program in programs:
        files.put(layout.programs / program.name, wrapper(program, layout.directory), mode=0o755)


def wrapper(program: Path, directory: Path) -> str:
    """A script that starts the program with its caches in the cluster's folder, with which they go.

    What the user has set is left as it is.
    """
    folders = {
        "KUBECACHEDIR": directory / "kubectl-cache",
        "HELM_CACHE_HOME": directory / "helm" / "cache",
        "HELM_CONFIG_HOME": directory / "helm" / "config",
        "HELM_DATA_HOME": directory / "helm" / "data",
    }
    settings = [f': "${{{name}:={folder}}}"' for name, folder in folders.items()]
    exports = f"export {' '.join(folders)}"
    return "\n".join(["#!/bin/sh", *settings, exports, f'exec "{program}" "$@"', ""])
