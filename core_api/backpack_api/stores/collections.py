"""Definitions of collections: one document each in the database, so that a new
one is there for all replicas at once.
"""

from pymongo.errors import DuplicateKeyError

from backpack_api.domain.collections import Collection
from backpack_api.domain.rules import Rules
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "collections"


class CollectionStore:
    """Definitions by name."""

    def __init__(self, mongo: Mongo) -> None:
        self._definitions = mongo.collection(COLLECTION)

    @database_errors
    async def get(self, name: str) -> Collection | None:
        document = await self._definitions.find_one({"_id": name})
        return None if document is None else _from_document(document)

    @database_errors
    async def all(self) -> list[Collection]:
        """Every collection, by name."""
        documents = await self._definitions.find({}).to_list()
        return sorted((_from_document(document) for document in documents), key=lambda one: one.name)

    @database_errors
    async def insert(self, collection: Collection) -> bool:
        """Keep a new definition; False where the name is taken."""
        try:
            await self._definitions.insert_one(
                {"_id": collection.name, "rules": collection.rules.to_json_object()}
            )
        except DuplicateKeyError:
            return False
        return True


def _from_document(document: MongoDocument) -> Collection:
    return Collection(document["_id"], Rules.from_json_object(document["rules"]))
