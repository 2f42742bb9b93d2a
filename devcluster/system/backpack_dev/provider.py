"""What `make up` needs of a cluster, whoever runs it, and the choice of who does."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from backpack_devcluster.cluster import Cluster
from backpack_devcluster.report import Report
from backpack_images.build import BuiltImage
from backpack_images.engine import docker_answers

from .errors import NoProvider


class Provider(Protocol):
    """One way to have a cluster on this machine."""

    values: Path
    """The chart's values for this kind of cluster."""
    images: tuple[str, ...]
    """The images of `images/` that its pods need; the others come from upstream."""

    def running(self) -> Cluster | None:
        """The cluster if it is up; starts nothing."""

    def up(self, report: Report) -> Cluster:
        """Start the cluster, or what of it is not running; safe to call again."""

    def load(self, images: Mapping[str, BuiltImage], report: Report) -> None:
        """Make the images known to the node, where they aren't yet."""

    def down(self, report: Report) -> None:
        """Remove the cluster and all that it left on the machine."""


def choose() -> Provider:
    """kind with a Docker engine, else devcluster on Linux as root, else `NoProvider`."""
    from .devcluster_provider import DevclusterProvider  # noqa: PLC0415  each imports this module
    from .kind_provider import KindProvider  # noqa: PLC0415

    if docker_answers():
        return KindProvider()
    if platform.system() == "Linux" and os.geteuid() == 0:
        return DevclusterProvider()
    raise NoProvider(
        "No Docker engine answers here, and the project's own cluster needs Linux and root. "
        "Start Docker (`docker info` must answer), or run this as root on Linux."
    )
