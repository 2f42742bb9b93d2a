"""Uploads on their way to the disk, and the limits that they meet there.

A quota is decided when a file is kept (`services.files`), where no two uploads can pass
each other. Here it only ends, early, what could not be kept: an upload never fills the
disk with more than its owner's quota has room for.
"""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from backpack_api.problems import Problem, TooLarge
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.quotas import Quotas, quota_exceeded
from backpack_api.stores.blob_writer import BlobWriter
from backpack_api.stores.blobs import BlobStore

MAX_OVERHEAD = 128 * 1024
"""How much longer than its file a form can be: boundaries, headers, the other fields."""
SMALL_BYTES = 1024 * 1024
"""What is written before the quota is looked at: for a small file once is enough."""


class Upload:
    """The content of one file, of which nothing is visible yet."""

    def __init__(
        self, writer: BlobWriter, max_size: int, replaces: int, check_room: Callable[[], Awaitable[None]]
    ) -> None:
        self.writer = writer
        self.replaces = replaces
        self.room: int | None = None
        """What its owner may still store, uploads under way included; None: not looked at yet."""
        self._max_size = max_size
        self._check_room = check_room

    @property
    def size(self) -> int:
        return self.writer.size

    @property
    def adds(self) -> int:
        """By how much its owner's files grow with it, so far."""
        return max(0, self.size - self.replaces)

    async def write(self, data: bytes) -> None:
        """Add to the content. Raises `TooLarge` or `InsufficientStorage` as soon as it is known."""
        if self.size + len(data) > self._max_size:
            raise _too_large(self._max_size)
        await self.writer.write(data)
        if self.size > SMALL_BYTES:
            await self._check_room()


class UploadService:
    """Uploads under way in this process."""

    def __init__(self, blobs: BlobStore, live: LiveConfiguration, quotas: Quotas) -> None:
        self._blobs = blobs
        self._live = live
        self._quotas = quotas
        self._under_way: dict[str, set[Upload]] = defaultdict(set)

    @property
    def under_way(self) -> int:
        """How many there are now."""
        return sum(len(uploads) for uploads in self._under_way.values())

    @asynccontextmanager
    async def receive(
        self, owner_id: str, *, declared: int | None, replaces: int = 0
    ) -> AsyncIterator[Upload]:
        """An upload of the owner's; what was not kept at the end of the block is gone.

        `declared`: the length of the whole form, where the client told it. `replaces`:
        bytes that the owner will no longer store when this one is kept.

        Raises `TooLarge` or `InsufficientStorage` where that can't end well."""
        max_size = self._live.current.max_file_size
        if declared is not None and declared > max_size + MAX_OVERHEAD:
            raise _too_large(max_size)
        uploads = self._under_way[owner_id]

        async def check_room() -> None:
            if upload.room is None:
                upload.room = await self._quotas.room_of(owner_id)
            if sum(one.adds for one in uploads) > upload.room:
                raise quota_exceeded(self._quotas.each)

        upload = Upload(self._blobs.begin(), max_size, replaces, check_room)
        if declared is not None and declared > MAX_OVERHEAD + SMALL_BYTES:
            upload.room = await self._quotas.room_of(owner_id)
            if declared - MAX_OVERHEAD - replaces > upload.room:
                raise quota_exceeded(self._quotas.each)
        uploads.add(upload)
        try:
            yield upload
        finally:
            uploads.discard(upload)
            if not uploads:
                self._under_way.pop(owner_id, None)
            # What can't be removed now is found by the sweep.
            with contextlib.suppress(Problem):
                await upload.writer.discard()


def _too_large(max_size: int) -> TooLarge:
    return TooLarge(f"A file is at most {max_size} bytes here.")
