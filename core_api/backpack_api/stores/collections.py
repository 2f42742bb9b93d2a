"""Definitions of collections: one document each in the database, so that a new
one is there for all replicas at once.
"""

from pymongo.errors import DuplicateKeyError

from backpack_api.domain.collections import Collection
from backpack_api.domain.json_text import parse_json, to_json
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "collections"


class CollectionStore:
    """Definitions by name. One that is being dropped is no longer a collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._definitions = mongo.collection(COLLECTION)

    @database_errors
    async def get(self, name: str) -> Collection | None:
        document = await self._definitions.find_one({"_id": name})
        return None if document is None or "dropping" in document else _from_document(document)

    @database_errors
    async def all(self) -> list[Collection]:
        """Every collection, by name."""
        documents = await self._definitions.find({}).to_list()
        kept = [_from_document(document) for document in documents if "dropping" not in document]
        return sorted(kept, key=lambda one: one.name)

    @database_errors
    async def insert(self, collection: Collection) -> bool:
        """Keep a new definition; False where the name is taken."""
        try:
            await self._definitions.insert_one(_to_document(collection))
        except DuplicateKeyError:
            return False
        return True

    @database_errors
    async def put(self, collection: Collection) -> None:
        """Keep a definition in the place of another one, or as a new one."""
        await self._definitions.replace_one({"_id": collection.name}, _to_document(collection), upsert=True)

    @database_errors
    async def begin_drop(self, name: str) -> None:
        """From now on there is no such collection, though its documents are still there."""
        await self._definitions.replace_one({"_id": name}, {"_id": name, "dropping": True})

    @database_errors
    async def dropping(self) -> list[str]:
        """Names of collections whose drop has begun."""
        documents = await self._definitions.find({}).to_list()
        return [document["_id"] for document in documents if "dropping" in document]

    @database_errors
    async def end_drop(self, name: str) -> None:
        await self._definitions.delete_one({"_id": name})


def _to_document(collection: Collection) -> MongoDocument:
    definition = collection.to_definition()
    # A schema has keys that engines refuse (`$ref`, `a.b`), and an order that matters.
    schema = None if collection.schema is None else to_json(collection.schema).decode()
    return {"_id": definition.pop("name"), **definition, "schema": schema}


def _from_document(document: MongoDocument) -> Collection:
    schema = document.get("schema")
    return Collection.from_definition(
        {
            **document,
            "name": document["_id"],
            "schema": None if schema is None else parse_json(schema.encode()),
        }
    )
