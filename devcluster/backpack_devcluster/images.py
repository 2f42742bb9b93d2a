"""Images for a node that has no registry: imported from OCI archives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from . import containerd
from .layout import Layout
from .report import Report

NODE_IMAGES = ("pause", "coredns", "traefik")
"""What the node itself needs, by the names of `images/`."""


class Image(Protocol):
    """A built image: its name in the cluster, and the archive that holds it under that name."""

    @property
    def ref(self) -> str: ...
    @property
    def archive(self) -> Path: ...


Builder = Callable[[Sequence[str], Report], Mapping[str, Image]]
"""Makes the images of these names, or finds them in its cache."""


def load(layout: Layout, images: Iterable[Image], report: Report) -> None:
    """Import the images that the node hasn't got yet."""
    present = containerd.images(layout)
    lacking = [image for image in images if image.ref not in present]
    if not lacking:
        return
    with report.step(f"Load {len(lacking)} images into the node") as step:
        for image in lacking:
            step.progress(image.ref)
            containerd.import_image(layout, image.archive)
