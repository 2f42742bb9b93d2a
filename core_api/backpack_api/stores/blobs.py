"""Contents of files on the volume. A blob is written once, whole, and never changed.

    blobs/new/<id>   being written
    blobs/ab/<id>    complete: its id begins with `ab`

Ids are random and ours: no name of a client's is ever part of a path.
"""

import contextlib
import os
import secrets
from pathlib import Path

from backpack_api.stores.blob_writer import BlobWriter
from backpack_api.stores.volume import Volume

SHARD = 2
"""Digits of an id that name its directory: 256 of them."""


class BlobReader:
    """An open blob. It can be read to its end even when it has been removed meanwhile."""

    def __init__(self, volume: Volume, descriptor: int, size: int) -> None:
        self._volume = volume
        self._descriptor = descriptor
        self.size = size

    async def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on; none at the end."""
        return await self._volume.run(lambda: os.pread(self._descriptor, length, offset))

    def close(self) -> None:
        os.close(self._descriptor)


class BlobStore:
    """Blobs by id."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._root = volume.directory / "blobs"
        self._new = self._root / "new"

    def begin(self) -> BlobWriter:
        """A new blob, of which nothing can be seen before it is kept."""
        id_ = secrets.token_hex(16)
        return BlobWriter(self._volume, id_, self._new / id_, self._path(id_))

    async def open(self, id_: str) -> BlobReader | None:
        """The blob, None where there is none."""

        def opened() -> BlobReader | None:
            try:
                descriptor = os.open(self._path(id_), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            return BlobReader(self._volume, descriptor, os.fstat(descriptor).st_size)

        return await self._volume.run(opened)

    async def room(self) -> int:
        """The bytes that are free on the volume."""

        def free() -> int:
            volume = os.statvfs(self._volume.directory)
            return volume.f_bavail * volume.f_frsize

        return await self._volume.run(free)

    async def remove(self, id_: str) -> None:
        """Remove a blob; no error where there is none."""
        await self._volume.run(lambda: self._path(id_).unlink(missing_ok=True))

    async def kept_before(self, moment: float) -> set[str]:
        """Ids of blobs that are complete since before this moment (seconds since 1970)."""
        # The time of the last change of the inode: that of its move to where it is.
        return await self._volume.run(
            lambda: {
                entry.name
                for shard in _entries(self._root)
                if len(shard.name) == SHARD
                for entry in _entries(Path(shard))
                if _changed(entry) < moment
            }
        )

    async def remove_unfinished(self, moment: float) -> int:
        """Remove what was begun and not written to since this moment; how many there were."""

        def remove() -> int:
            removed = 0
            for entry in _entries(self._new):
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat().st_mtime < moment:
                        Path(entry).unlink()
                        removed += 1
            return removed

        return await self._volume.run(remove)

    def _path(self, id_: str) -> Path:
        return self._root / id_[:SHARD] / id_


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _changed(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_ctime
    except FileNotFoundError:
        return float("inf")  # another replica removed it meanwhile
