"""Files beside their owners' own calls: for administrators, for archives of the whole
backpack, and for the deletion of accounts."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from backpack_api.domain.file_requests import Wanted
from backpack_api.domain.files import StoredFile
from backpack_api.problems import InvalidValue, NotFound, Problem
from backpack_api.services.file_reads import read_content
from backpack_api.services.quotas import Quotas
from backpack_api.services.retired_blobs import RetiredBlobs
from backpack_api.services.retries import attempts
from backpack_api.stores.blobs import BlobReader, BlobStore
from backpack_api.stores.files import FileStore


@dataclass(frozen=True, slots=True)
class Totals:
    """All files together, and what still fits on the volume."""

    count: int
    bytes: int
    free_bytes: int


class FileAdministration:
    """Every file of one backpack: no rule and no quota applies here."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        retired: RetiredBlobs,
        quotas: Quotas,
        owner_exists: Callable[[str], Awaitable[bool]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._retired = retired
        self._quotas = quotas
        self._owner_exists = owner_exists
        self._now = now

    async def get(self, file_id: str) -> StoredFile:
        """A file. Raises `NotFound`."""
        file = await self._store.get(file_id)
        if file is None:
            raise NotFound("There is no such file.")
        return file

    async def read(
        self, file_id: str, judge: Callable[[StoredFile], Wanted]
    ) -> tuple[StoredFile, Wanted, BlobReader | None]:
        """A file, what `judge` says is wanted of it, and its content, where it is wanted.
        The caller closes that. Raises `NotFound`."""
        return await read_content(lambda: self.get(file_id), self._blobs, judge)

    async def delete(self, file_id: str) -> StoredFile:
        """Remove a file and answer what was removed. Raises `NotFound`."""
        async for _ in attempts():
            file = await self.get(file_id)
            async with self._quotas.changing(file.owner_id) as balance:
                if await self._store.delete(file_id, file.version):
                    balance.changed(-file.size)
                    self._retired.add(file.blob, file.size)
                    return file
        raise AssertionError  # attempts() ends by itself

    async def totals(self) -> Totals:
        count, size = await self._store.totals()
        return Totals(count, size, await self._blobs.room())

    def every(self) -> AsyncIterator[StoredFile]:
        """All files, in the order of their ids."""
        return self._store.every()

    async def open(self, file: StoredFile) -> BlobReader:
        """A file's content, which the caller closes. Raises `NotFound` where the file was
        changed or deleted meanwhile: it is to be read again."""
        content = await self._blobs.open(file.blob)
        if content is None:
            raise NotFound(f"The content of the file {file.id} is gone: it was changed or deleted.")
        return content

    async def restore(self, file: StoredFile, content: AsyncIterator[bytes]) -> None:
        """Keep a file with the id and the metadata that it has, in the place of the one
        of this id. Raises `InvalidValue` where the content is another one than they say."""
        writer = self._blobs.begin()
        try:
            async for data in content:
                await writer.write(data)
            await writer.finish()
            if (writer.size, writer.sha256) != (file.size, file.sha256):
                raise InvalidValue.at("", f"the content of the file {file.id} doesn't have its sha256")
            await writer.keep()
        finally:
            with contextlib.suppress(Problem):
                await writer.discard()
        async with self._quotas.changing(file.owner_id) as balance:
            balance.used = None  # the file of this id may be another owner's: added up anew
            await self._put(replace(file, blob=writer.id))

    async def _put(self, file: StoredFile) -> None:
        async for _ in attempts():
            existing = await self._store.get(file.id)
            if existing is None:
                await self._store.insert(file)
                return
            if await self._store.replace(replace(file, version=existing.version + 1), existing.version):
                self._retired.add(existing.blob, existing.size)
                return

    async def delete_of_user(self, owner_id: str) -> None:
        """Delete every file of a user whose account is being deleted. To be called before
        the account is gone and after it: what an upload that was under way has still
        made goes then. A crash in between is written down, and the sweep goes on."""
        await self._store.begin_erasure(owner_id, self._now())
        # No upload of the user's is between its look for the account and its write.
        async with self._quotas.changing(owner_id) as balance:
            blobs = await self._store.blobs_of(owner_id)
            await self._store.delete_of(owner_id)
            balance.used = 0
        for blob, size in blobs:
            self._retired.add(blob, size)
        if not await self._owner_exists(owner_id):
            await self._store.end_erasure(owner_id)

    async def finish_erasures(self, before: datetime) -> None:
        """Finish the deletions that began before this moment and were cut off. Where the
        account is still there, its deletion came to nothing, and its files stay."""
        for owner_id in await self._store.erasures(before):
            if await self._owner_exists(owner_id):
                await self._store.end_erasure(owner_id)
            else:
                await self.delete_of_user(owner_id)
