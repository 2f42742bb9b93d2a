"""Writing an archive while the backpack is in use.

Each record is as it was at one moment. What doesn't change meanwhile is in the archive
exactly once; what does is in it as it was before or after. It is no picture of one moment.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED

from zipstream import ZipStream

from backpack_api.domain import archives
from backpack_api.domain.json_text import to_json
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import NotFound
from backpack_api.services.archives.records import user_to_record
from backpack_api.services.archives.zip_writer import ZipWriter, made_in_thread
from backpack_api.services.collections import CollectionService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.file_administration import FileAdministration
from backpack_api.services.sites import SiteService
from backpack_api.stores.blobs import BlobReader
from backpack_api.stores.documents import DocumentStore
from backpack_api.stores.release_pack import OpenRelease, Span
from backpack_api.stores.users import UserStore
from backpack_contract.version import VERSION

READ_BYTES = 512 * 1024
LINES_BYTES = 256 * 1024
"""Lines are handed on when there are about so many bytes of them."""
OPEN_TRIES = 5


class ExportService:
    """Exports of one backpack."""

    def __init__(
        self,
        *,
        users: UserStore,
        collections: CollectionService,
        documents: DocumentStore,
        files: FileAdministration,
        sites: SiteService,
        live: LiveConfiguration,
        now: Callable[[], datetime],
    ) -> None:
        self._users = users
        self._collections = collections
        self._documents = documents
        self._files = files
        self._sites = sites
        self._live = live
        self._now = now

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The archive, piece by piece. A failure ends it early: without its directory it
        is no ZIP, and can't be taken for a whole one."""
        began = self._now()
        writer = ZipWriter()
        async with aclosing(self._entries(writer)) as entries:
            async for entry in entries:
                async with aclosing(entry):
                    async for piece in entry:
                        yield piece
        manifest = archives.manifest_of(
            name=self._live.current.name,
            uid=self._live.current.uid,
            made_by=VERSION,
            at=rfc3339(began),
            entries=writer.tallies,
        )
        for part in (writer.text(archives.MANIFEST, to_json(manifest)), writer.end()):
            async for piece in part:
                yield piece

    async def _entries(self, writer: ZipWriter) -> AsyncGenerator[AsyncGenerator[bytes, None], None]:
        yield writer.entry(archives.USERS, _lines(self._users.every(), user_to_record))
        collections = await self._collections.all()
        yield writer.entry(archives.COLLECTIONS, _lines(_one(collections), lambda one: one.to_definition()))
        for collection in collections:
            documents = _lines(self._documents.every(collection.name), lambda one: one.to_json_object())
            yield writer.entry(archives.documents_entry(collection.name), documents)
        # What was sent is listed after the contents: a file can change before its turn.
        sent: list[bytes] = []
        async for file in self._files.every():
            opened = await self._open(file.id)
            if opened is not None:
                line, content = opened
                sent.append(line)
                yield writer.entry(
                    archives.content_entry(file.id), _chunks(content), compressed=False, tallied=False
                )
        yield writer.entry(archives.FILES, _one(sent))
        release = await self._sites.active_release()
        if release is not None:
            yield writer.entry(archives.SITE, _site(release), compressed=False)

    async def _open(self, file_id: str) -> tuple[bytes, BlobReader] | None:
        """A file's line and its content, which belong together; None where it is gone."""
        for _ in range(OPEN_TRIES):
            try:
                file = await self._files.get(file_id)
            except NotFound:
                return None
            try:
                return to_json(file.to_json_object()) + b"\n", await self._files.open(file)
            except NotFound:
                continue  # it was written anew in between
        return None


async def _lines(
    batches: AsyncIterator[Sequence[Any]], record: Callable[[Any], Any]
) -> AsyncGenerator[list[bytes], None]:
    lines: list[bytes] = []
    size = 0
    async for batch in batches:
        for one in batch:
            lines.append(to_json(record(one)) + b"\n")
            size += len(lines[-1])
        if size >= LINES_BYTES:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


async def _one(batch: Sequence[Any]) -> AsyncGenerator[Any, None]:
    yield batch


async def _chunks(content: BlobReader) -> AsyncGenerator[list[bytes], None]:
    try:
        offset = 0
        while chunk := await content.read(offset, READ_BYTES):
            offset += len(chunk)
            yield [chunk]
    finally:
        content.close()


async def _site(release: OpenRelease) -> AsyncGenerator[list[bytes], None]:
    """The release as the ZIP that one would upload."""
    zip_: Any = ZipStream(compress_type=ZIP_DEFLATED, compress_level=9)  # type: ignore[no-untyped-call]
    for path, file in release.files.items():
        zip_.add(_read(release, file.content), path, size=file.content.size)
    async with aclosing(made_in_thread(iter(zip_))) as made:
        async for piece in made:
            yield [piece]


def _read(release: OpenRelease, span: Span) -> Iterator[bytes]:
    end = span.at + span.size
    for at in range(span.at, end, READ_BYTES):
        yield release.read(at, min(READ_BYTES, end - at))
