"""Files: the verbs of `/files`.

The order of a write is what makes it whole: the content is complete on the disk before
the metadata names it, and an old content goes only when no metadata names it any more.
A crash between two steps leaves a blob that nobody sees, and the sweep removes it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.domain.file_requests import Wanted, check_if_match
from backpack_api.domain.files import (
    DEFAULT_BUCKET,
    StoredFile,
    check_readable,
    check_writable,
    file_from_json_object,
)
from backpack_api.domain.idempotency import HEADER, RetryKey, print_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import in_milliseconds
from backpack_api.problems import InvalidValue, NotSignedIn
from backpack_api.services.file_reads import read_content
from backpack_api.services.idempotency import IdempotencyService
from backpack_api.services.quotas import Balance, Quotas
from backpack_api.services.retired_blobs import RetiredBlobs
from backpack_api.services.retries import attempts
from backpack_api.services.uploads import Upload, UploadService
from backpack_api.stores.blobs import BlobReader, BlobStore
from backpack_api.stores.files import FileStore

SCOPE = "files"
"""What the ids of files are made for, from keys of retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What an upload says of its file. None: as it was, or as by default."""

    filename: str
    content_type: str
    bucket: str | None = None
    public: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelling:
    """Changes of a file that leave its content. None: as it was."""

    filename: str | None = None
    bucket: str | None = None
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class FilePage:
    """Files of a list, in the order of their ids, which is that of their creation."""

    items: list[StoredFile]
    next_cursor: str | None


class FileService:
    """The files of one backpack. `user_id` is the caller's, None without a session."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        retired: RetiredBlobs,
        uploads: UploadService,
        quotas: Quotas,
        idempotency: IdempotencyService,
        owner_exists: Callable[[str], Awaitable[bool]],
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._retired = retired
        self._uploads = uploads
        self._quotas = quotas
        self._idempotency = idempotency
        self._owner_exists = owner_exists
        self._new_id = new_id
        self._now = now

    async def page(
        self, *, owner_id: str | None, bucket: str | None, limit: int, cursor: str | None
    ) -> FilePage:
        """A page of an owner's files, or, for administrators, of everyone's."""
        after = decode_cursor(cursor) if cursor is not None else None
        items, more = await self._store.page(owner_id=owner_id, bucket=bucket, after=after, limit=limit)
        return FilePage(items, encode_cursor(items[-1].id) if more else None)

    async def get(self, file_id: str, user_id: str | None) -> StoredFile:
        """A file that the caller may read."""
        return check_readable(await self._store.get(file_id), user_id)

    async def get_writable(self, file_id: str, user_id: str | None) -> StoredFile:
        """A file that the caller may change."""
        return check_writable(await self._store.get(file_id), user_id)

    async def read(
        self, file_id: str, user_id: str | None, judge: Callable[[StoredFile], Wanted]
    ) -> tuple[StoredFile, Wanted, BlobReader | None]:
        """A file that the caller may read, what `judge` says is wanted of it, and its
        content, where it is wanted. The caller closes that."""
        return await read_content(lambda: self.get(file_id, user_id), self._blobs, judge)

    def receive(
        self, owner_id: str, *, declared: int | None, replaces: int = 0
    ) -> AbstractAsyncContextManager[Upload]:
        """An upload of the owner's: see `UploadService.receive`."""
        return self._uploads.receive(owner_id, declared=declared, replaces=replaces)

    async def size_of_earlier(self, key: RetryKey) -> int:
        """The bytes that the file of an earlier request with this key takes."""
        file = await self._store.get(key.identifier(SCOPE))
        return 0 if file is None else file.size

    async def create(
        self, owner_id: str, upload: Upload, labels: Labels, key: RetryKey | None = None
    ) -> StoredFile:
        """Keep an upload as a new file; with a key once only, however often it comes.
        Raises `InsufficientStorage`, and `InvalidValue` for a key of another upload."""
        await upload.writer.finish()
        now = in_milliseconds(self._now())
        file = StoredFile(
            id=self._new_id() if key is None else key.identifier(SCOPE),
            owner_id=owner_id,
            bucket=labels.bucket or DEFAULT_BUCKET,
            filename=labels.filename,
            content_type=labels.content_type,
            size=upload.size,
            sha256=upload.writer.sha256,
            public=bool(labels.public),
            created_at=now,
            updated_at=now,
            written_at=now.replace(microsecond=0),
            version=1,
            blob=upload.writer.id,
        )
        if key is None:
            return await self._keep(file, upload)
        answered = file.to_json_object()
        request = [answered[name] for name in ("bucket", "filename", "contentType", "sha256", "public")]

        async def action() -> JsonObject:
            return (await self._keep_once(file, upload)).to_json_object()

        outcome, _ = await self._idempotency.once(key, print_of("create file", request), action)
        return file_from_json_object(outcome)

    async def _keep(self, file: StoredFile, upload: Upload) -> StoredFile:
        async with self._writing_of(file.owner_id, upload.size) as balance:
            await upload.writer.keep()
            await self._store.insert(file)
            balance.changed(upload.size)
        return file

    async def _keep_once(self, file: StoredFile, upload: Upload) -> StoredFile:
        """Keep it, unless a process has that was ended before it could say so."""
        earlier = await self._store.get(file.id)
        if earlier is None:
            return await self._keep(file, upload)
        if earlier.version == 1 and earlier.sha256 != file.sha256:
            raise InvalidValue.at(HEADER, "was used for another request; take a new key for each")
        return replace(file, created_at=earlier.created_at, updated_at=earlier.created_at)

    async def overwrite(
        self, file_id: str, user_id: str, upload: Upload, labels: Labels, if_match: str | None
    ) -> StoredFile:
        """Make an upload the content of a file. Raises `InsufficientStorage`, and
        `PreconditionFailed` where the file has another content than is meant."""
        await upload.writer.finish()
        async for _ in attempts():
            file = await self.get_writable(file_id, user_id)
            check_if_match(file, if_match)
            added = upload.size - file.size
            async with self._writing_of(user_id, added) as balance:
                changed = replace(
                    self._touched(file),
                    bucket=labels.bucket or file.bucket,
                    filename=labels.filename,
                    content_type=labels.content_type,
                    size=upload.size,
                    sha256=upload.writer.sha256,
                    public=file.public if labels.public is None else labels.public,
                    written_at=self._next_writing(file),
                    blob=upload.writer.id,
                )
                await upload.writer.keep()
                if await self._store.replace(changed, file.version):
                    balance.changed(added)
                    self._retired.add(file.blob, file.size)
                    return changed
        raise AssertionError  # attempts() ends by itself

    async def relabel(
        self, file_id: str, user_id: str | None, changes: Relabelling, if_match: str | None
    ) -> StoredFile:
        """Change what is said of a file, and leave its content."""
        async for _ in attempts():
            file = await self.get_writable(file_id, user_id)
            check_if_match(file, if_match)
            changed = replace(
                self._touched(file),
                filename=changes.filename or file.filename,
                bucket=changes.bucket or file.bucket,
                public=file.public if changes.public is None else changes.public,
            )
            if await self._store.replace(changed, file.version):
                return changed
        raise AssertionError  # attempts() ends by itself

    async def delete(self, file_id: str, user_id: str | None, if_match: str | None) -> None:
        """Remove a file."""
        async for _ in attempts():
            file = await self.get_writable(file_id, user_id)
            check_if_match(file, if_match)
            async with self._quotas.changing(file.owner_id) as balance:
                if await self._store.delete(file_id, file.version):
                    balance.changed(-file.size)
                    self._retired.add(file.blob, file.size)
                    return

    @asynccontextmanager
    async def _writing_of(self, owner_id: str, added: int) -> AsyncIterator[Balance]:
        """Hold what an owner stores, with room for so many more bytes."""
        async with self._quotas.changing(owner_id) as balance:
            # The account may have been deleted during the upload, and its files with it.
            if not await self._owner_exists(owner_id):
                raise NotSignedIn
            await balance.check_room(added)
            yield balance

    def _touched(self, file: StoredFile) -> StoredFile:
        now = max(in_milliseconds(self._now()), file.updated_at)
        return replace(file, version=file.version + 1, updated_at=now)

    def _next_writing(self, file: StoredFile) -> datetime:
        """The date of a new content: no two of a file have the same second."""
        return max(self._now().replace(microsecond=0), file.written_at + timedelta(seconds=1))
