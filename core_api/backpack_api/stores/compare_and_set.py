"""Changing a document only if it still has the version that was read.

On MongoDB the filter of the write does it. FerretDB 1.x reads and writes in two
steps, and only finds a document by its `_id` alone without reading the whole
collection; there the two steps happen under a lock that all replicas share.
"""

from pymongo.asynchronous.collection import AsyncCollection

from backpack_api.stores.locks import Locks
from backpack_api.stores.mongo import Mongo, MongoDocument


class CompareAndSet:
    """Conditional writes by `_id` and `version`. Every writer of a collection whose
    documents have versions must come this way."""

    def __init__(self, mongo: Mongo, locks: Locks) -> None:
        self._mongo = mongo
        self._locks = locks

    async def replace(
        self, collection: AsyncCollection[MongoDocument], version: int, document: MongoDocument
    ) -> bool:
        """Replace the document with this `_id`; False where it isn't at this version."""
        key = {"_id": document["_id"]}
        if (await self._mongo.engine()).atomic_updates:
            result = await collection.replace_one({**key, "version": version}, document)
            return result.matched_count == 1
        async with self._locks.hold(f"{collection.name}:{document['_id']}"):
            stored = await collection.find_one(key)
            if stored is None or stored["version"] != version:
                return False
            return (await collection.replace_one(key, document)).matched_count == 1

    async def delete(self, collection: AsyncCollection[MongoDocument], version: int, id_: str) -> bool:
        """Delete the document with this `_id`; False where it isn't at this version."""
        key = {"_id": id_}
        if (await self._mongo.engine()).atomic_updates:
            return (await collection.delete_one({**key, "version": version})).deleted_count == 1
        async with self._locks.hold(f"{collection.name}:{id_}"):
            stored = await collection.find_one(key)
            if stored is None or stored["version"] != version:
                return False
            return (await collection.delete_one(key)).deleted_count == 1
