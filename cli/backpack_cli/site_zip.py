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


@dataclass(slots=True)
class Found:
    """What a folder has."""

    files: list[Path]
    hidden: int
    """How many files and folders are left out, as their names begin with a dot."""


def look(folder: Path) -> Found:
    """The files of a site. Raises `CliError` where it is none."""
    if not folder.is_dir():
        raise CliError(f"{folder} is no folder.", Exit.USAGE)
    found = Found([], 0)
    try:
        _walk(folder, (folder.resolve(),), found)
    except OSError as error:
        place = printable(Path(error.filename))
        raise CliError(f"{place} can't be read: {error.strerror}.", Exit.USAGE) from error
    files = found.files
    if not files:
        raise CliError(f"{folder} is empty: build your site first.", Exit.USAGE)
    if folder / "index.html" not in files:
        raise CliError(f"{folder} has no index.html{_elsewhere(files)}.", Exit.USAGE)
    return Found(sorted(files), found.hidden)


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
                    _check_size(folder, target)  # before the rest of a folder that is far too large
    size = _check_size(folder, target)
    digest = hashlib.sha256()
    for piece in pieces(target):
        digest.update(piece)
    return size, digest.hexdigest()


def pieces(source: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning."""
    source.seek(0)
    while piece := source.read(64 * 1024):
        yield piece


def _walk(place: Path, above: tuple[Path, ...], found: Found) -> None:
    """Add what is below `place`. `above`: it and the folders that it is in, without links, the site's first.

    What can't be read, or isn't meant to be shown, ends it: a site without it would be another. Raises
    `CliError`, and `OSError` with a filename.
    """
    for path in sorted(place.iterdir()):
        if not _is_shown(path.name):
            found.hidden += 1
            continue
        if printable(path) != str(path):
            detail = f"{printable(path)} has a name that isn't UTF-8: give it another."
            raise CliError(detail, Exit.USAGE)
        if stat.S_ISLNK(path.lstat().st_mode):
            _check_link(path, above)
        mode = path.stat().st_mode  # `Path.is_dir` says no where it may not look
        if stat.S_ISDIR(mode):
            _walk(path, (*above, path.resolve()), found)
        elif stat.S_ISREG(mode):  # no pipes: who reads one waits for ever
            found.files.append(path)


def _check_link(link: Path, above: tuple[Path, ...]) -> None:
    """Raises `CliError` for one to what the folder doesn't have, or keeps hidden, and for a circle."""
    site = above[0]
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        raise CliError(f"{link} is a link to nothing: mend it, or remove it.", Exit.USAGE) from None
    if target in above:
        raise CliError(f"{link} is a link to a folder that it is in: remove it.", Exit.USAGE)
    if not target.is_relative_to(site):
        detail = f"{link} is a link out of the folder, to {target}: put a copy in its place."
        raise CliError(detail, Exit.USAGE)
    if not all(_is_shown(name) for name in target.relative_to(site).parts):
        detail = f"{link} is a link to {target}, which is left out: put a copy in its place."
        raise CliError(detail, Exit.USAGE)


def printable(path: Path) -> str:
    """With what isn't UTF-8 as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _check_size(folder: Path, target: BinaryIO) -> int:
    """The size up to now."""
    size = target.tell()
    if size > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        raise CliError(f"The ZIP of {folder} would have more than {most} MiB, the most that is taken.")
    return size


def _is_shown(name: str) -> bool:
    return not name.startswith(".") or name in _SHOWN


def _elsewhere(files: list[Path]) -> str:
    """Where there is one, to be deployed instead."""
    below = sorted(
        (file.parent for file in files if file.name == "index.html"), key=lambda one: len(one.parts)
    )
    return f"; did you mean {below[0]}?" if below else " at its root: a site begins with one"
