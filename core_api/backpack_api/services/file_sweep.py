"""What a crash left of files: found by looking at the volume and at the database.

Only what is older than a grace is touched, since an upload that another replica is about
to keep looks the same for a moment.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from backpack_api.logs import FIELDS
from backpack_api.stores.blobs import BlobStore
from backpack_api.stores.files import FileStore

SUSPICIOUS = 100
"""So many contents and not one file: that is a database that was lost, or another one."""

log = logging.getLogger("backpack_api.files")


class FileSweep:
    """Removes what no file refers to. All ages are in seconds."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        finish_erasures: Callable[[datetime], Awaitable[None]],
        now: Callable[[], datetime],
        unfinished_age: float,
        grace: float,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._finish_erasures = finish_erasures
        self._now = now
        self._unfinished_age = unfinished_age
        self._grace = grace

    async def __call__(self) -> None:
        """Sweep once. Two replicas may do it at once."""
        unfinished = await self._blobs.remove_unfinished(time.time() - self._unfinished_age)
        # The blobs first: what is kept between the two looks is younger than the grace.
        old = await self._blobs.kept_before(time.time() - self._grace)
        removed = await self._remove_unnamed(old) if old else 0
        await self._finish_erasures(self._now() - timedelta(seconds=self._grace))
        if unfinished or removed:
            log.info("swept", extra={FIELDS: {"unfinished": unfinished, "unnamed": removed}})

    async def _remove_unnamed(self, old: set[str]) -> int:
        named = await self._store.blobs()
        unnamed = old - named
        if not named and len(unnamed) > SUSPICIOUS:
            log.error(
                "the volume holds contents but the database not one file: nothing is removed",
                extra={FIELDS: {"contents": len(unnamed)}},
            )
            return 0
        for blob in unnamed:
            await self._blobs.remove(blob)
        return len(unnamed)
