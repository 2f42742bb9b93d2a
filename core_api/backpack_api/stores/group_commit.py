"""Storing the new documents of concurrent callers together.

A database that journals each write pays for the journal, not for the document: many
documents in one write cost little more than one. The first caller doesn't wait for
others: a batch leaves at once where none is under way, and what comes meanwhile is
the next one.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from backpack_api.stores.mongo import DUPLICATE_KEY, MongoDocument

MAX_BATCH = 500

_Waiting = tuple[MongoDocument, "asyncio.Future[bool]"]


class GroupCommit:
    """Inserts single documents; those of one collection share its batches."""

    def __init__(self, collection: Callable[[str], AsyncCollection[MongoDocument]]) -> None:
        self._collection = collection
        self._waiting: dict[str, list[_Waiting]] = {}
        """By the collections that have a batch under way."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def insert(self, name: str, document: MongoDocument) -> bool:
        """Return once the document is stored: True; or False where its id or a unique
        index refused it. Other failures are those of the whole batch."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        queue = self._waiting.get(name)
        if queue is not None:
            queue.append((document, done))
        else:
            self._waiting[name] = []
            self._start(name, [(document, done)])
        return await done

    def _start(self, name: str, batch: list[_Waiting]) -> None:
        task = asyncio.create_task(self._store(name, batch))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, name, batch))

    def _ended(self, task: asyncio.Task[None], name: str, batch: list[_Waiting]) -> None:
        self._tasks.discard(task)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        for _, done in batch:
            if error is not None and not done.done():
                done.set_exception(error)
        queue = self._waiting.pop(name)
        if queue:
            self._waiting[name] = queue[MAX_BATCH:]
            self._start(name, queue[:MAX_BATCH])

    async def _store(self, name: str, batch: list[_Waiting]) -> None:
        refused = await self._insert(self._collection(name), [document for document, _ in batch])
        for index, (_, done) in enumerate(batch):
            # A caller may have gone meanwhile.
            if not done.done():
                done.set_result(index not in refused)

    async def _insert(
        self, collection: AsyncCollection[MongoDocument], documents: list[MongoDocument]
    ) -> set[int]:
        """The indexes of those that were refused as duplicates."""
        try:
            if len(documents) == 1:
                await collection.insert_one(documents[0])
            else:
                await collection.insert_many(documents, ordered=False)
        except DuplicateKeyError:
            return {0}
        except BulkWriteError as error:
            refused: list[dict[str, Any]] = error.details["writeErrors"]
            if error.details["writeConcernErrors"] or any(one["code"] != DUPLICATE_KEY for one in refused):
                raise
            return {one["index"] for one in refused}
        return set()
