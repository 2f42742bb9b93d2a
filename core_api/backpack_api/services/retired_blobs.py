"""Contents that were replaced or deleted. They stay for a while, so that downloads
that another node has begun can end, but not where their room is needed.

What is still here when the process ends is found by the sweep.
"""

import asyncio
import contextlib
from collections import deque

from backpack_api.problems import Problem
from backpack_api.services.background import end, keep
from backpack_api.stores.blobs import BlobStore

KEEP_SECONDS = 30.0
KEEP_BYTES = 64 * 1024 * 1024
"""At most so many are kept, and only while the disk has as much room left."""


class RetiredBlobs:
    """The queue of what goes, oldest first."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._queue: deque[tuple[float, str, int]] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, blob: str, size: int) -> None:
        """Remove a blob in a while. Nothing may refer to it any more."""
        self._queue.append((asyncio.get_running_loop().time() + KEEP_SECONDS, blob, size))
        self._bytes += size
        self._wake.set()

    def start(self) -> None:
        self._task = keep(self._run)

    async def close(self) -> None:
        await end(self._task)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
            due, blob, size = self._queue[0]
            self._wake.clear()
            if due > loop.time() and await self._has_room():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._wake.wait()
                continue
            self._queue.popleft()
            self._bytes -= size
            with contextlib.suppress(Problem):
                await self._blobs.remove(blob)

    async def _has_room(self) -> bool:
        try:
            return self._bytes <= KEEP_BYTES <= await self._blobs.room()
        except Problem:
            return True  # nothing can be removed now either
