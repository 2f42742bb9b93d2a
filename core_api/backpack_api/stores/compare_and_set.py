"""Changing a document only if it still has the version that was read.

On MongoDB the filter of the write does it. FerretDB 1.x reads and writes in two
steps, and only finds a document by its `_id` alone without reading the whole
collection; there the two steps happen under a lock that all replicas share.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pymongo.asynchronous.collection import AsyncCollection

from backpack_api.problems import Overloaded
from backpack_api.stores.group_read import GroupRead
from backpack_api.stores.locks import Locks
from backpack_api.stores.mongo import Mongo, MongoDocument

WRITERS = 32
"""Changes that this process has under way at once on an engine that needs locks:
FerretDB's SQLite has one writer, and more of them only wait in it, at its expense."""
WAIT_SECONDS = 5.0
"""The longest wait to be one of them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One document, to be read and then changed once. What was read is still so when it
    is changed, or the change is not made."""

    collection: AsyncCollection[MongoDocument]
    id: str
    reads: GroupRead
    writers: asyncio.Semaphore | None
    """None where the engine changes a document in one step."""

    async def read(self) -> MongoDocument | None:
        return await self.reads.get(self.collection, self.id)

    async def replace(self, version: int, document: MongoDocument) -> bool:
        """Replace the document that was read at this version; False where another change
        came in between."""
        async with self._among_writers():
            return (await self.collection.replace_one(self._key(version), document)).matched_count == 1

    async def delete(self, version: int) -> bool:
        """Delete the document that was read at this version; False as `replace`."""
        async with self._among_writers():
            return (await self.collection.delete_one(self._key(version))).deleted_count == 1

    async def is_at(self, version: int) -> bool:
        """Whether it is worth trying: whether the document, not read in this turn, may be
        at this version."""
        if self.writers is None:
            return True
        stored = await self.read()
        return stored is not None and stored["version"] == version

    def _key(self, version: int) -> MongoDocument:
        return {"_id": self.id, "version": version} if self.writers is None else {"_id": self.id}

    @asynccontextmanager
    async def _among_writers(self) -> AsyncIterator[None]:
        if self.writers is None:
            yield
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.writers.acquire()
        except TimeoutError:
            raise Overloaded from None
        try:
            yield
        finally:
            self.writers.release()


class CompareAndSet:
    """Conditional writes by `_id` and `version`. Every writer of a collection whose
    documents have versions must come this way."""

    def __init__(self, mongo: Mongo, reads: GroupRead, locks: Locks) -> None:
        self._mongo = mongo
        self._reads = reads
        self._locks = locks
        self._writers = asyncio.Semaphore(WRITERS)

    @asynccontextmanager
    async def turn(self, collection: AsyncCollection[MongoDocument], id_: str) -> AsyncIterator[Turn]:
        """A turn to read and change the document. Keep it short: others may have to wait."""
        if (await self._mongo.engine()).atomic_updates:
            yield Turn(collection, id_, self._reads, None)
            return
        async with self._locks.hold(f"{collection.name}:{id_}"):
            yield Turn(collection, id_, self._reads, self._writers)

    async def replace(
        self, collection: AsyncCollection[MongoDocument], version: int, document: MongoDocument
    ) -> bool:
        """Replace the document with this `_id`; False where it isn't at this version."""
        async with self.turn(collection, document["_id"]) as turn:
            return await turn.is_at(version) and await turn.replace(version, document)

    async def delete(self, collection: AsyncCollection[MongoDocument], version: int, id_: str) -> bool:
        """Delete the document with this `_id`; False where it isn't at this version."""
        async with self.turn(collection, id_) as turn:
            return await turn.is_at(version) and await turn.delete(version)
