"""An image under another name, for tests that need two versions of a program."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

from backpack_images.build import BuiltImage

_NAMING = ("index.json", "manifest.json", "repositories")
"""The members of an archive that say what the image is called."""


def retagged(image: BuiltImage, tag: str, directory: Path) -> BuiltImage:
    """The same image with another tag, in an archive of its own."""
    name, _, former = image.reference.rpartition(":")
    archive = directory / f"{image.name}-{tag}.tar"
    with tarfile.open(image.archive) as source, tarfile.open(archive, "w") as target:
        for member in source:
            content = source.extractfile(member)
            if member.name in _NAMING and content is not None:
                data = content.read().replace(former.encode(), tag.encode())
                member.size, content = len(data), io.BytesIO(data)
            target.addfile(member, content)
    return replace(image, reference=f"{name}:{tag}", archive=archive)
