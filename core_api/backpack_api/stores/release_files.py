"""Releases on the files volume, which all replicas share.

    site/incoming/<id>/upload.zip   what is being uploaded
    site/incoming/<id>/release/     what it is unpacked to
    site/releases/<id>/             a whole release: moved here in one step

Which releases there are, the database says (`stores.sites`). What a crash left
here belongs to none of them, and is removed once nobody has touched it for a while.
"""

import contextlib
import hashlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from backpack_api.domain.releases import ReleaseLimits, check_entries
from backpack_api.problems import InvalidValue
from backpack_api.stores.release_pack import OpenRelease, write_release
from backpack_api.stores.zip_archives import open_archive

ABANDONED_SECONDS = 600
"""An upload that nobody has added to for this long has lost its process or its client."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What an upload turned out to hold."""

    archive_bytes: int
    sha256: str
    """Of the ZIP."""
    files: int
    bytes: int


class ReleaseFiles:
    """The releases' directories. Every method blocks, here and below: call them by
    `Volume.run`."""

    def __init__(self, directory: Path) -> None:
        self._incoming = directory / "site" / "incoming"
        self._releases = directory / "site" / "releases"

    def begin(self, release_id: str, limits: ReleaseLimits) -> "Incoming":
        """A place for a new release."""
        self._releases.mkdir(parents=True, exist_ok=True)
        work = self._incoming / release_id
        work.mkdir(parents=True)
        return Incoming(work, self._releases / release_id, limits)

    def open(self, release_id: str) -> OpenRelease | None:
        """The release, None where it isn't there (any more)."""
        try:
            return OpenRelease(release_id, self._releases / release_id)
        except FileNotFoundError:
            return None

    def remove(self, release_id: str) -> None:
        """Remove a release that the database no longer names; no error where it is gone."""
        shutil.rmtree(self._releases / release_id, ignore_errors=True)

    def untouched(self) -> list[str]:
        """Releases that were put here a while ago."""
        return [path.name for path in _children(self._releases) if _is_abandoned(path)]

    def clear_abandoned(self) -> list[str]:
        """Remove uploads that nobody works on any more; their ids."""
        abandoned = [path for path in _children(self._incoming) if _is_abandoned(path)]
        for path in abandoned:
            shutil.rmtree(path, ignore_errors=True)
        return [path.name for path in abandoned]


class Incoming:
    """A release that is being uploaded: written, unpacked, then put in its place."""

    def __init__(self, work: Path, place: Path, limits: ReleaseLimits) -> None:
        self._work = work
        self._place = place
        self._limits = limits
        self._archive = work / "upload.zip"
        self._file = self._archive.open("xb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._discarded = False

    def write(self, data: bytes) -> None:
        """More of the ZIP. Raises `TooLarge`."""
        self._size += len(data)
        self._limits.check_archive(self._size)
        self._file.write(data)
        self._digest.update(data)

    def unpack(self) -> Unpacked:
        """Check and unpack what was written. Raises `InvalidValue` or `TooLarge`."""
        release = self._work / "release"
        self._file.close()
        release.mkdir()
        with open_archive(self._archive, self._limits) as archive:
            selection = check_entries(archive.entries, self._size, self._limits)
            files = write_release(
                archive,
                selection,
                release,
                archive_size=self._size,
                limits=self._limits,
                go_on=self._go_on,
            )
        return Unpacked(
            self._size,
            self._digest.hexdigest(),
            len(files),
            sum(file.content.size for file in files.values()),
        )

    def publish(self) -> None:
        """Put it in its place, whole, where it survives a crash. Nobody reads it before
        the database names it."""
        sync_directory(self._work / "release")
        (self._work / "release").rename(self._place)
        sync_directory(self._place.parent)

    def discard(self) -> None:
        """Remove what isn't in its place, and end what still works on it."""
        self._discarded = True
        with contextlib.suppress(OSError):  # a full disk: what it holds back is thrown away anyhow
            self._file.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def _go_on(self) -> None:
        if self._discarded:
            raise InvalidValue("The upload was given up.")


def sync_directory(path: Path) -> None:
    """See that the directory's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _children(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except FileNotFoundError:
        return []


def _is_abandoned(directory: Path) -> bool:
    """Whether nothing in it was written for a while. By the volume's own times: replicas
    agree on them as far as their clocks do."""
    try:
        latest = max(path.lstat().st_mtime for path in (directory, *directory.rglob("*")))
    except FileNotFoundError:
        return False  # somebody else works on it
    return time.time() - latest > ABANDONED_SECONDS
