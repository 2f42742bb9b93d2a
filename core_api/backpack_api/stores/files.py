"""Metadata of files in the database. What has none there is no file, whatever lies on
the volume.

    files          one document a file
    file-erasures  one document a user whose account is being deleted
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from backpack_api.domain.files import StoredFile
from backpack_api.stores.compare_and_set import CompareAndSet
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors

COLLECTION = "files"
ERASURES = "file-erasures"
BATCH = 500
"""Documents that the engine sends at once."""


class FileStore:
    """Files by id and by owner."""

    def __init__(self, mongo: Mongo, writes: CompareAndSet) -> None:
        self._files = mongo.collection(COLLECTION)
        self._erasures = mongo.collection(ERASURES)
        self._writes = writes
        self._indexed = False

    @database_errors
    async def insert(self, file: StoredFile) -> None:
        """Keep a new file."""
        if not self._indexed:
            await self._files.create_index([("ownerId", 1), ("_id", 1)])
            self._indexed = True
        await self._files.insert_one(_to_document(file))

    @database_errors
    async def get(self, file_id: str) -> StoredFile | None:
        document = await self._files.find_one({"_id": file_id})
        return None if document is None else _from_document(document)

    @database_errors
    async def replace(self, file: StoredFile, version: int) -> bool:
        """Replace a file that is still at this version; False where it isn't."""
        return await self._writes.replace(self._files, version, _to_document(file))

    @database_errors
    async def delete(self, file_id: str, version: int) -> bool:
        """Delete a file that is still at this version; False where it isn't."""
        return await self._writes.delete(self._files, version, file_id)

    @database_errors
    async def page(
        self, *, owner_id: str | None, bucket: str | None, after: str | None, limit: int
    ) -> tuple[list[StoredFile], bool]:
        """Files in the order of their ids, those of an owner, in a bucket, after an id
        only; and whether there are more."""
        wanted: MongoDocument = {}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        if owner_id is not None:
            wanted["ownerId"] = owner_id
        if bucket is not None:
            wanted["bucket"] = bucket
        found = await self._files.find(wanted).sort("_id", 1).limit(limit + 1).to_list()
        return [_from_document(document) for document in found[:limit]], len(found) > limit

    @database_errors
    async def used_by(self, owner_id: str) -> int:
        """The bytes of all the files of an owner."""
        found = self._files.find({"ownerId": owner_id}, {"size": 1}).batch_size(BATCH)
        return sum([document["size"] async for document in found])

    @database_errors
    async def totals(self) -> tuple[int, int]:
        """How many files there are, and their bytes."""
        # FerretDB 1.x sums up fields to 0.
        sizes = [one["size"] async for one in self._files.find({}, {"size": 1}).batch_size(BATCH)]
        return len(sizes), sum(sizes)

    @database_errors
    async def blobs(self) -> set[str]:
        """Every blob that a file has for its content."""
        found = self._files.find({}, {"blob": 1}).batch_size(BATCH)
        return {document["blob"] async for document in found}

    @database_errors
    async def blobs_of(self, owner_id: str) -> list[tuple[str, int]]:
        """The blobs, with their sizes, of an owner's files."""
        found = self._files.find({"ownerId": owner_id}, {"blob": 1, "size": 1}).batch_size(BATCH)
        return [(document["blob"], document["size"]) async for document in found]

    @database_errors
    async def delete_of(self, owner_id: str) -> None:
        """Delete the files of an owner."""
        await self._files.delete_many({"ownerId": owner_id})

    @database_errors
    async def begin_erasure(self, owner_id: str, at: datetime) -> None:
        """Write down that an owner's files go, should it not come to it."""
        await self._erasures.replace_one({"_id": owner_id}, {"_id": owner_id, "at": at}, upsert=True)

    @database_errors
    async def end_erasure(self, owner_id: str) -> None:
        await self._erasures.delete_one({"_id": owner_id})

    @database_errors
    async def erasures(self, before: datetime) -> list[str]:
        """Owners whose erasure began before this moment and has not ended."""
        return [document["_id"] async for document in self._erasures.find({}) if document["at"] < before]

    async def every(self) -> AsyncIterator[StoredFile]:
        """All files, in the order of their ids."""
        after: str | None = None
        more = True
        while more:
            page, more = await self.page(owner_id=None, bucket=None, after=after, limit=BATCH)
            for file in page:
                yield file
                after = file.id


def _to_document(file: StoredFile) -> MongoDocument:
    return {
        "_id": file.id,
        "ownerId": file.owner_id,
        "bucket": file.bucket,
        "filename": file.filename,
        "contentType": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "public": file.public,
        "createdAt": file.created_at,
        "updatedAt": file.updated_at,
        "writtenAt": file.written_at,
        "version": file.version,
        "blob": file.blob,
    }


def _from_document(document: dict[str, Any]) -> StoredFile:
    return StoredFile(
        id=document["_id"],
        owner_id=document["ownerId"],
        bucket=document["bucket"],
        filename=document["filename"],
        content_type=document["contentType"],
        size=document["size"],
        sha256=document["sha256"],
        public=document["public"],
        created_at=document["createdAt"],
        updated_at=document["updatedAt"],
        written_at=document["writtenAt"],
        version=document["version"],
        blob=document["blob"],
    )
