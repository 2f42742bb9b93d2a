"""What a backpack knows of itself: the collection `system`, one document a subject."""

from typing import Any

from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "system"


class SystemStore:
    """Small documents by subject."""

    def __init__(self, mongo: Mongo) -> None:
        self._documents = mongo.collection(COLLECTION)

    @database_errors
    async def get(self, subject: str) -> dict[str, Any] | None:
        document: MongoDocument | None = await self._documents.find_one({"_id": subject})
        return document

    @database_errors
    async def put(self, subject: str, value: dict[str, Any]) -> None:
        await self._documents.replace_one({"_id": subject}, {"_id": subject, **value}, upsert=True)

    @database_errors
    async def delete(self, subject: str) -> None:
        await self._documents.delete_one({"_id": subject})
