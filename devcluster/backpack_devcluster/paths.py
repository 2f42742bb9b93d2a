"""Where the development cluster keeps what it makes: never in the clone.

Caches outlive the cluster and can be removed at any time; the state is one
running cluster and goes with `devcluster down`.
"""

import os
from pathlib import Path

GO_SOURCES = Path(__file__).resolve().parents[1] / "go"
"""One folder, with a Go module, for each program that is compiled here."""

ADDONS = Path(__file__).resolve().parents[1] / "addons"
"""Manifests of what runs in every cluster: DNS and the ingress."""


def cache() -> Path:
    """The folder of everything that is built: BACKPACK_CACHE, else the user's cache folder."""
    if named := os.environ.get("BACKPACK_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backpack"


def state() -> Path:
    """The folder of the node's cluster, one for the machine: BACKPACK_STATE names another."""
    return Path(os.environ.get("BACKPACK_STATE") or "/var/lib/backpack-devcluster")


def log(directory: Path, component: str) -> Path:
    """The log file of one daemon of the cluster in `directory`."""
    return directory / "logs" / f"{component}.log"
