"""A folder as the ZIP of a site: the same bytes for the same files, so that a deployment can be repeated."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import CliError, Exit

MOST_BYTES = 256 * 1024 * 1024
"""What a site's ZIP may have."""
_PIECE = 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment of the format: files' own would make another ZIP of the same content."""
_MODE = (stat.S_IFREG | 0o644) << 16
_SHOWN = (".well-known",)
"""Of the names that begin with a dot, those that a site shows."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder has."""

    files: list[Path]
    hidden: int
    """How many files and folders are left out, as their names begin with a dot."""


def look(folder: Path) -> Found:
    """The files of a site. Raises `CliError` where it is none."""
    if not folder.is_dir():
        raise CliError(f"{folder} is no folder.", Exit.USAGE)
    files, hidden = list[Path](), 0
    for place, folders, names in os.walk(folder):
        shown = [name for name in folders if _is_shown(name)]
        hidden += len(folders) - len(shown) + sum(not _is_shown(name) for name in names)
        folders[:] = sorted(shown)
        paths = (Path(place) / name for name in names if _is_shown(name))
        files += [path for path in paths if path.is_file()]  # no pipes: who reads one waits for ever
    if not files:
        raise CliError(f"{folder} is empty: build your site first.", Exit.USAGE)
    if folder / "index.html" not in files:
        raise CliError(f"{folder} has no index.html{_elsewhere(files)}.", Exit.USAGE)
    return Found(sorted(files), hidden)


def write(folder: Path, files: list[Path], target: BinaryIO) -> tuple[int, str]:
    """The ZIP; its size in bytes and its SHA-256 in hex. Raises `CliError` where it is too large."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(entry, "w") as sink:
                while piece := source.read(_PIECE):
                    sink.write(piece)
    size = target.tell()
    if size > MOST_BYTES:
        mib = 1024 * 1024
        raise CliError(f"The ZIP of {folder} has {size // mib} MiB; at most {MOST_BYTES // mib} are taken.")
    digest = hashlib.sha256()
    for piece in pieces(target):
        digest.update(piece)
    return size, digest.hexdigest()


def pieces(source: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning."""
    source.seek(0)
    while piece := source.read(64 * 1024):
        yield piece


def _is_shown(name: str) -> bool:
    return not name.startswith(".") or name in _SHOWN


def _elsewhere(files: list[Path]) -> str:
    """Where there is one, to be deployed instead."""
    below = sorted(
        (file.parent for file in files if file.name == "index.html"), key=lambda one: len(one.parts)
    )
    return f"; did you mean {below[0]}?" if below else " at its root: a site begins with one"
