"""The directory that an image is built in: its Dockerfile, its sources, its parts.

It is put together from what the catalogue names and from nothing else, so that
a stray file of the working tree is neither in an image nor in its tag.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from backpack_devcluster.report import Report

from .catalogue import Image
from .parts import REPOSITORY

_RECIPE = "1"
"""Raised when what is built changes with neither sources nor parts."""
_IGNORED = ("__pycache__", ".mypy_cache", ".ruff_cache", "vendor")
"""`vendor` holds what a part makes."""


def tag(image: Image, arguments: Mapping[str, str], report: Report) -> str:
    """The first 12 hex digits of a hash of everything that decides what is built."""
    digest = hashlib.sha256(f"{_RECIPE}\0{image.name}\0".encode())
    for name, value in sorted(arguments.items()):
        digest.update(f"{name}={value}\0".encode())
    for part in image.parts:
        digest.update(f"{part!r}\0{part.key(report)}\0".encode())
    for path in _files(image):
        executable = bool(path.stat().st_mode & 0o100)
        digest.update(f"{path.relative_to(REPOSITORY)}\0{executable}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def prepare(image: Image, directory: Path, report: Report) -> None:
    """Fill the empty `directory` with the build context of `image`."""
    for path in _files(image):
        target = directory / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        # Not the checkout's own modes, which follow the user's umask.
        target.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    for part in image.parts:
        part.put(directory, report)
    for folder in directory.rglob("*"):
        if folder.is_dir():
            folder.chmod(0o755)


def dockerfile(image: Image) -> Path:
    """The path of the image's Dockerfile in the repository."""
    return REPOSITORY / "images" / (image.folder or image.name) / "Dockerfile"


def _files(image: Image) -> Iterator[Path]:
    yield dockerfile(image)
    for source in image.sources:
        path = REPOSITORY / source
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and not set(file.parts) & set(_IGNORED) and file != dockerfile(image):
                yield file
