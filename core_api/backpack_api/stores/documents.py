"""Clients' documents in the database.

A collection `tasks` is kept as `c_tasks`, so that no name of a client's ever meets
one of ours. A client's own fields are kept below `data`, so that no key of a
client's ever meets one of ours or of the engine (`_id`).
"""

from pymongo.asynchronous.collection import AsyncCollection

from backpack_api.domain.documents import Document
from backpack_api.domain.json_text import to_json
from backpack_api.stores.compare_and_set import CompareAndSet
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

PREFIX = "c_"
BATCH = 101
"""Documents that the engine sends at once; bounds what a page holds in memory."""


class DocumentStore:
    """Documents by collection and id."""

    def __init__(self, mongo: Mongo, writes: CompareAndSet) -> None:
        self._mongo = mongo
        self._writes = writes

    @database_errors
    async def insert(self, collection: str, documents: list[Document]) -> None:
        """Keep new documents, in order."""
        kept = [_to_document(document) for document in documents]
        if len(kept) == 1:
            await self._collection(collection).insert_one(kept[0])
        elif kept:
            await self._collection(collection).insert_many(kept, ordered=True)

    @database_errors
    async def get(self, collection: str, document_id: str) -> Document | None:
        # `_id` alone: the only filter that FerretDB answers without reading the
        # whole collection. Who may see the document is decided above.
        document = await self._collection(collection).find_one({"_id": document_id})
        return None if document is None else _from_document(document)

    @database_errors
    async def page(
        self, collection: str, *, after: str | None, owner_id: str | None, limit: int, max_bytes: int
    ) -> tuple[list[Document], bool]:
        """Documents in the order of their ids, those after `after` only, and with
        `owner_id` that owner's only; and whether there are more. At most `limit`;
        fewer where the next one would bring the page over `max_bytes` of JSON, but
        never none because of it.

        Sorted by the engine, always: insertion order is not id order when several
        replicas write, and a page in any other order would skip documents."""
        wanted: MongoDocument = {}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        if owner_id is not None:
            wanted["ownerId"] = owner_id
        found = self._collection(collection).find(wanted).sort("_id", 1).limit(limit + 1).batch_size(BATCH)
        page: list[Document] = []
        size = 0
        async with found:
            async for document in found:
                size += len(to_json(document["data"]))
                if len(page) == limit or (page and size > max_bytes):
                    return page, True
                page.append(_from_document(document))
        return page, False

    @database_errors
    async def count(self, collection: str, *, owner_id: str | None) -> int:
        """How many documents there are, with `owner_id` that owner's only."""
        return await self._collection(collection).count_documents(
            {} if owner_id is None else {"ownerId": owner_id}
        )

    @database_errors
    async def replace(self, collection: str, document: Document, version: int) -> bool:
        """Replace a document that is still at this version; False where it isn't."""
        return await self._writes.replace(self._collection(collection), version, _to_document(document))

    @database_errors
    async def delete(self, collection: str, document_id: str, version: int) -> bool:
        """Delete a document that is still at this version; False where it isn't."""
        return await self._writes.delete(self._collection(collection), version, document_id)

    def _collection(self, name: str) -> AsyncCollection[MongoDocument]:
        return self._mongo.collection(PREFIX + name)


def _to_document(document: Document) -> MongoDocument:
    return {
        "_id": document.id,
        "ownerId": document.owner_id,
        "version": document.version,
        "createdAt": document.created_at,
        "updatedAt": document.updated_at,
        "data": document.data,
    }


def _from_document(document: MongoDocument) -> Document:
    return Document(
        id=document["_id"],
        owner_id=document["ownerId"],
        version=document["version"],
        created_at=document["createdAt"],
        updated_at=document["updatedAt"],
        data=document["data"],
    )
