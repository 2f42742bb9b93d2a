"""Reading an archive into this backpack.

First all of it is received and looked at: a bad one changes nothing. Then the backpack
is closed, emptied and filled. Whatever cuts that off leaves it closed, and sending the
archive again finishes it: from the beginning, as everything is removed first.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from backpack_api.domain import archives
from backpack_api.domain.archives import parse_line, read_document
from backpack_api.domain.collections import Collection
from backpack_api.domain.events import RESET
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import rfc3339
from backpack_api.problems import Conflict
from backpack_api.services.archives.checking import Contents, check_archive, files_of
from backpack_api.services.archives.gate import HEARD_SECONDS, ImportGate
from backpack_api.services.archives.records import user_of_record
from backpack_api.services.archives.target import ImportTarget
from backpack_api.services.events import EventService
from backpack_api.stores.archive_reader import ArchiveReader, open_reader, some
from backpack_api.stores.locks import Locks
from backpack_api.stores.volume import Volume

LOCK = "import"
BATCH_LINES, BATCH_BYTES = 500, 2 * 1024 * 1024
WRITE_BYTES = 512 * 1024


class ImportService:
    """Imports into one backpack."""

    def __init__(
        self,
        *,
        target: ImportTarget,
        gate: ImportGate,
        volume: Volume,
        locks: Locks,
        events: EventService,
        now: Callable[[], datetime],
    ) -> None:
        self._target = target
        self._gate = gate
        self._volume = volume
        self._directory = volume.directory / "imports"
        self._locks = locks
        self._events = events
        self._now = now

    async def run(self, upload: AsyncIterator[bytes], by: str, *, replace: bool) -> JsonObject:
        """Import an archive: how many of what were in it. Raises `InvalidValue` where it is
        no good one, `Conflict` where the backpack holds something that isn't to be
        replaced, `Overloaded` while another import goes on; then nothing has changed."""
        async with self._locks.keep(LOCK):
            await self._admit(replace=replace)
            async with self._received(upload) as path, _opened(self._volume, path) as reader:
                nested_arrays = await self._target.nested_arrays()
                site = path.with_suffix(".site")
                contents = await self._volume.run(
                    lambda: check_archive(
                        reader, site, self._target.release_limits, nested_arrays=nested_arrays
                    )
                )
                await self._admit(replace=replace)
                await self._gate.close(by, rfc3339(self._now()))
                await asyncio.sleep(HEARD_SECONDS)
                await self._target.clear(but_site=contents.has_site)
                outcome = await self._fill(reader, contents, by, nested_arrays=nested_arrays)
                self._events.publish(RESET, {"why": "an archive was imported"})
                await self._gate.open()
                return outcome

    async def _admit(self, *, replace: bool) -> None:
        if replace or await self._gate.was_cut_off() or await self._target.is_empty():
            return
        raise Conflict(
            "This backpack has users, documents or files already. `?replace=true` removes them all first."
        )

    async def _fill(
        self, reader: ArchiveReader, contents: Contents, by: str, *, nested_arrays: bool
    ) -> JsonObject:
        name = archives.USERS
        async for lines in self._batches(reader.lines(name)):
            records = [parse_line(line, name) for line in lines]
            await self._target.add_users(
                [user_of_record(record, name, nested_arrays=nested_arrays) for record in records]
            )
        notes: list[str] = []
        for collection in contents.collections:
            await self._fill_collection(reader, collection, nested_arrays=nested_arrays)
            notes += await self._target.finish_collection(collection)
        files = await self._volume.run(lambda: list(files_of(reader, None)))
        for file in files:
            chunks = reader.chunks(archives.content_entry(file.id))
            await self._target.add_file(file, self._bytes(chunks))
        release = None
        if contents.has_site:
            release = await self._target.set_site(self._bytes(reader.chunks(archives.SITE)), by)
        return {
            "users": contents.users,
            "collections": len(contents.collections),
            "documents": contents.documents,
            "files": contents.files,
            "release": release,
            "notes": notes,
        }

    async def _fill_collection(
        self, reader: ArchiveReader, collection: Collection, *, nested_arrays: bool
    ) -> None:
        name = archives.documents_entry(collection.name)
        await self._target.add_collection(collection)
        async for lines in self._batches(reader.lines(name)):
            documents = [
                read_document(parse_line(line, name), name, nested_arrays=nested_arrays) for line in lines
            ]
            await self._target.add_documents(collection.name, documents)

    async def _batches(self, lines: Iterator[bytes]) -> AsyncIterator[list[bytes]]:
        while batch := await self._volume.run(lambda: some(lines, BATCH_LINES, BATCH_BYTES)):
            yield batch

    async def _bytes(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        while chunk := await self._volume.run(lambda: next(chunks, b"")):
            yield chunk

    @asynccontextmanager
    async def _received(self, upload: AsyncIterator[bytes]) -> AsyncIterator[Path]:
        """The archive as a file, for as long as it is needed."""
        path = self._directory / f"{secrets.token_hex(16)}.zip"
        await self._volume.run(self._prepare)
        try:
            pieces: list[bytes] = []
            async for piece in upload:
                pieces.append(piece)
                if sum(map(len, pieces)) >= WRITE_BYTES:
                    await self._append(path, pieces)
                    pieces = []
            await self._append(path, pieces)
            yield path
        finally:
            await asyncio.shield(self._volume.run(lambda: _remove(path, path.with_suffix(".site"))))

    async def _append(self, path: Path, pieces: list[bytes]) -> None:
        def append() -> None:
            with path.open("ab") as file:
                file.write(b"".join(pieces))

        await self._volume.run(append)

    def _prepare(self) -> None:
        """Make the directory, and remove what crashes have left: there is one import at a time."""
        self._directory.mkdir(exist_ok=True)
        _remove(*self._directory.iterdir())


@asynccontextmanager
async def _opened(volume: Volume, path: Path) -> AsyncIterator[ArchiveReader]:
    stack = ExitStack()
    try:
        yield await volume.run(lambda: stack.enter_context(open_reader(path)))
    finally:
        await volume.run(stack.close)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
