"""Writing one blob: beside the others at first, and in its place only once all of it
is on the disk. Whatever crashes in between leaves nothing that can be seen."""

import asyncio
import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from backpack_api.stores.volume import Volume

BLOCK_BYTES = 256 * 1024
"""What is collected in memory before it is written; twice that is what one upload holds."""


class BlobWriter:
    """`write` as often as there is something, `finish`, `keep`; `discard` at any time."""

    def __init__(self, volume: Volume, id_: str, new: Path, place: Path) -> None:
        self.id = id_
        self.size = 0
        self._volume = volume
        self._new = new
        self._place = place
        self._hash = hashlib.sha256()
        self._descriptor: int | None = None
        self._kept = False
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._writing: asyncio.Task[None] | None = None

    @property
    def sha256(self) -> str:
        """Of what is written, in hex; of everything once it is finished."""
        return self._hash.hexdigest()

    async def write(self, data: bytes) -> None:
        """Add to the blob. While one block is written the next one is collected; who is
        faster than the disk waits."""
        self.size += len(data)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= BLOCK_BYTES:
            await self._settle()
            self._writing = asyncio.create_task(self._volume.run(self._appender(sync=False)))

    async def finish(self) -> None:
        """Return once all of it is on the disk."""
        await self._settle()
        await self._volume.run(self._appender(sync=True))

    async def keep(self) -> None:
        """Put the finished blob into its place, for good; once it is there, nothing."""
        if self._kept:
            return
        await self._volume.run(self._move)
        self._kept = True

    async def discard(self) -> None:
        """Leave nothing of it on the disk, unless it was kept."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        if self._descriptor is not None:
            await self._volume.run(self._close)

    async def _settle(self) -> None:
        """Wait for the block that is being written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    def _appender(self, *, sync: bool) -> Callable[[], None]:
        """What writes the blocks that were collected, for a thread."""
        blocks, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return functools.partial(self._append, blocks, sync=sync)

    def _append(self, blocks: list[bytes], *, sync: bool) -> None:
        if self._descriptor is None:
            self._descriptor = self._create()
        for block in blocks:
            self._hash.update(block)
            view = memoryview(block)
            while view:
                view = view[os.write(self._descriptor, view) :]
        if sync:
            os.fsync(self._descriptor)

    def _create(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            return os.open(self._new, flags, 0o640)
        except FileNotFoundError:
            self._new.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._new, flags, 0o640)

    def _move(self) -> None:
        shard = self._place.parent
        if not shard.exists():
            shard.mkdir(exist_ok=True)
            _sync_directory(shard.parent)
        self._new.rename(self._place)
        _sync_directory(shard)

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)
            if not self._kept:
                self._new.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    """Let what was renamed or made in a directory outlive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
