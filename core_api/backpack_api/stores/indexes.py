"""A collection's indexes in the engine, and what it says of its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from backpack_api.domain.filters.engine import stored_name
from backpack_api.domain.indexes import Index
from backpack_api.stores.documents import PREFIX
from backpack_api.stores.mongo import Mongo, MongoDocument, database_errors, is_duplicate_key

_OURS = "backpack-"
_NO_SUCH_COLLECTION = 26


class DocumentsBreakIndex(Exception):
    """Documents that are there already have the same values in the fields of a unique index."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self.index = index


@dataclass(frozen=True, slots=True)
class Size:
    """What a collection takes, in bytes, as far as the engine tells."""

    documents: int
    data_bytes: int
    index_bytes: int


class IndexStore:
    """Indexes by collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    @database_errors
    async def names(self, collection: str) -> set[str]:
        """Names of the indexes that exist, those of the engine left out."""
        try:
            found = await self._collection(collection).index_information()
        except OperationFailure as error:
            if error.code != _NO_SUCH_COLLECTION:
                raise
            return set()
        return {name for name in found if name.startswith(_OURS)}

    @database_errors
    async def bring_about(self, collection: str, indexes: Sequence[Index]) -> None:
        """Make the indexes that are missing, then drop those that aren't wanted. Doing it
        again does nothing. Raises `DocumentsBreakIndex`; those made before it stay."""
        there = await self.names(collection)
        partial = (await self._mongo.engine()).partial_indexes
        # One over the same fields stands in the way of one that is unique.
        wanted = {index.name: index for index in indexes}
        for index in indexes:
            twin = Index(index.keys, not index.unique).name
            if twin in there and twin not in wanted:
                await self._collection(collection).drop_index(twin)
                there.discard(twin)
        for name, index in wanted.items():
            if name not in there:
                await self._create(collection, index, partial=partial)
        for name in there - set(wanted):
            await self._collection(collection).drop_index(name)

    @database_errors
    async def size(self, collection: str) -> Size:
        try:
            stats = await self._mongo.command("collStats", PREFIX + collection)
        except OperationFailure as error:
            if error.code != _NO_SUCH_COLLECTION:
                raise
            return Size(0, 0, 0)
        return Size(
            int(stats.get("count", 0)), int(stats.get("storageSize", 0)), int(stats.get("totalIndexSize", 0))
        )

    @database_errors
    async def drop(self, collection: str) -> None:
        """Remove a collection's documents and indexes."""
        await self._collection(collection).drop()

    async def _create(self, collection: str, index: Index, *, partial: bool) -> None:
        keys = [(stored_name(key.path), -1 if key.descending else 1) for key in index.keys]
        options: dict[str, Any] = {"name": index.name}
        if index.unique:
            options["unique"] = True
            if partial:
                options["partialFilterExpression"] = {name: {"$exists": True} for name, _ in keys}
        try:
            await self._collection(collection).create_indexes([IndexModel(keys, **options)])
        except OperationFailure as error:
            if is_duplicate_key(error):
                raise DocumentsBreakIndex(index) from None
            raise

    def _collection(self, name: str) -> AsyncCollection[MongoDocument]:
        return self._mongo.collection(PREFIX + name)
