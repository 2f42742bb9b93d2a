"""Clients' documents in the database.

A collection `tasks` is kept as `c_tasks`, so that no name of a client's ever meets
one of ours.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, OperationFailure

from backpack_api.domain.documents import Document
from backpack_api.domain.filters.engine import stored_name
from backpack_api.domain.indexes import Index
from backpack_api.domain.json_order import MISSING
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.listing import Plan
from backpack_api.domain.sorting import Sort
from backpack_api.stores import pages
from backpack_api.stores.compare_and_set import CompareAndSet, Turn
from backpack_api.stores.group_commit import GroupCommit
from backpack_api.stores.group_read import GroupRead
from backpack_api.stores.mongo import (
    DUPLICATE_KEY,
    Mongo,
    MongoDocument,
    database_errors,
    find_by_id,
    in_batches,
    is_duplicate_key,
)
from backpack_api.stores.scans import Scans
from backpack_api.stores.stored_documents import from_stored, to_stored

PREFIX = "c_"


class Duplicate(Exception):
    """A unique index, or the id, refused a document."""

    def __init__(self, stored: int = 0) -> None:
        super().__init__()
        self.stored = stored
        """Documents of the array before it, which are stored."""


class DocumentTurn:
    """One document, to be read and then changed once: see `compare_and_set.Turn`."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @database_errors
    async def read(self) -> Document | None:
        stored = await self._turn.read()
        return None if stored is None else from_stored(stored)

    @database_errors
    async def replace(self, document: Document, version: int) -> bool:
        """Replace the document that was read at this version; False where another change
        came in between. Raises `Duplicate` where a unique index refuses it."""
        try:
            return await self._turn.replace(version, to_stored(document))
        except OperationFailure as error:
            if not is_duplicate_key(error):
                raise
            raise Duplicate from None

    @database_errors
    async def delete(self, version: int) -> bool:
        """Delete the document that was read at this version; False as `replace`."""
        return await self._turn.delete(version)


class DocumentStore:
    """Documents by collection and id."""

    def __init__(self, mongo: Mongo, reads: GroupRead, writes: CompareAndSet) -> None:
        self._mongo = mongo
        self._writes = writes
        self._scans = Scans(mongo)
        self._group = GroupCommit(self._collection)
        self._reads = reads

    @database_errors
    async def insert(self, collection: str, document: Document) -> None:
        """Keep a new document; those of several callers are stored together. Raises `Duplicate`."""
        if not await self._group.insert(collection, to_stored(document)):
            raise Duplicate

    @database_errors
    async def insert_many(self, collection: str, documents: Sequence[Document]) -> None:
        """Keep new documents, one after the other. Raises `Duplicate` at the first that is
        refused: those before it are stored, none after it is."""
        at_once = (await self._mongo.engine()).ordered_inserts or len(documents)
        for start in range(0, len(documents), at_once):
            batch = [to_stored(document) for document in documents[start : start + at_once]]
            try:
                await self._collection(collection).insert_many(batch, ordered=True)
            except BulkWriteError as error:
                (refused,) = error.details["writeErrors"]
                if refused["code"] != DUPLICATE_KEY:
                    raise
                raise Duplicate(start + refused["index"]) from None

    @database_errors
    async def get(self, collection: str, document_id: str) -> Document | None:
        # `_id` alone: the only filter that FerretDB answers without reading the
        # whole collection. Who may see the document is decided above.
        stored = await self._reads.get(self._collection(collection), document_id)
        return None if stored is None else from_stored(stored)

    @database_errors
    async def get_many(self, collection: str, document_ids: list[str]) -> list[Document]:
        """Those of these documents that are there, in any order."""
        if len(document_ids) == 1:
            found = await find_by_id(self._collection(collection), document_ids[0])
            return [] if found is None else [from_stored(found)]
        cursor = self._collection(collection).find({"_id": {"$in": document_ids}})
        return [from_stored(stored) async for stored in cursor]

    @database_errors
    async def page(
        self, collection: str, plan: Plan, sort: Sort, *, limit: int, max_bytes: int
    ) -> tuple[list[Document], bool]:
        """A page, and whether there is more: see `pages.read_page`."""
        async with self._scans.turn():
            return await pages.read_page(
                self._collection(collection), plan, sort, limit=limit, max_bytes=max_bytes
            )

    async def every(self, collection: str) -> AsyncIterator[list[Document]]:
        """All documents of a collection, some at a time."""
        async for batch in in_batches(self._collection(collection)):
            yield [from_stored(stored) for stored in batch]

    @database_errors
    async def count(self, collection: str, plan: Plan) -> int:
        """How many documents there are."""
        async with self._scans.turn():
            return await pages.count(self._collection(collection), plan)

    @asynccontextmanager
    async def turn(self, collection: str, document_id: str) -> AsyncIterator["DocumentTurn"]:
        """A turn to read and change one document."""
        async with self._writes.turn(self._collection(collection), document_id) as turn:
            yield DocumentTurn(turn)

    @database_errors
    async def refusing(self, collection: str, indexes: Sequence[Index], document: Document) -> Index | None:
        """Which of these unique indexes another document stands in the way of this one in.
        Not every engine says it with the refusal."""
        stored = to_stored(document)
        for index in indexes:
            names = [stored_name(key.path) for key in index.keys]
            values = [_at(stored, name) for name in names]
            if MISSING in values:
                continue
            query: JsonObject = {
                name: {"$eq": value, "$exists": True} for name, value in zip(names, values, strict=True)
            }
            async for other in self._collection(collection).find(query, {"_id": 1}).limit(2):
                if other["_id"] != document.id:
                    return index
        return None

    def _collection(self, name: str) -> AsyncCollection[MongoDocument]:
        return self._mongo.collection(PREFIX + name)


def _at(stored: MongoDocument, name: str) -> Any:
    value: Any = stored
    for part in name.split("."):
        value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
    return value
