"""Reading single documents for concurrent callers together.

What the driver and the database take for a read is the call, not the document: sixteen
documents by their ids cost little more than one. As with `group_commit` nobody waits
for others to come: a read leaves at once while few are under way, and what comes
meanwhile shares the next one. Each is sent after its caller asked, so that every caller
finds what was written before he did.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ProtocolError

from backpack_api.stores.mongo import Mongo, MongoDocument, find_by_id, find_by_ids

MAX_BATCH = 16
"""A document is at most 1 MiB of JSON, which is more in BSON, and an answer of MongoDB's
at most 16 MiB: more documents would but make larger answers."""
AT_ONCE = 4
"""Reads of one collection under way; more of them would each have fewer documents."""

_Answer = asyncio.Future[MongoDocument | None]


@dataclass(slots=True)
class _Queue:
    collection: AsyncCollection[MongoDocument]
    waiting: list[tuple[str, _Answer]] = field(default_factory=list)
    reading: int = 0


class GroupRead:
    """Reads by id; those of one collection share calls of an engine that answers them
    by its index."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._queues: dict[str, _Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, collection: AsyncCollection[MongoDocument], id_: str) -> MongoDocument | None:
        """The document with this `_id`. A failure is that of all who share the call.
        Callers may get the same object: it must not be changed."""
        if not (await self._mongo.engine()).finds_by_ids:
            return await find_by_id(collection, id_)
        queue = self._queues.setdefault(collection.name, _Queue(collection))
        answer: _Answer = asyncio.get_running_loop().create_future()
        queue.waiting.append((id_, answer))
        if queue.reading < AT_ONCE:
            queue.reading += 1
            task = asyncio.create_task(self._read(queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _read(self, queue: _Queue) -> None:
        """Read for those who wait until nobody does."""
        while queue.waiting:
            batch, queue.waiting = queue.waiting[:MAX_BATCH], queue.waiting[MAX_BATCH:]
            ids = list(dict.fromkeys(id_ for id_, _ in batch))
            told = (await asyncio.gather(_found(queue.collection, ids), return_exceptions=True))[0]
            for id_, answer in batch:
                # A caller may have gone meanwhile.
                if answer.done():
                    continue
                if isinstance(told, BaseException):
                    answer.set_exception(told)
                else:
                    answer.set_result(told.get(id_))
        queue.reading -= 1
        if not queue.reading:
            self._queues.pop(queue.collection.name, None)


async def _found(collection: AsyncCollection[MongoDocument], ids: list[str]) -> dict[str, MongoDocument]:
    """Those of these documents that there are, by their ids."""
    found: dict[str, MongoDocument] = {}
    if len(ids) > 1:
        # More than a message may hold: large documents are read one by one.
        with suppress(ProtocolError):
            found = {document["_id"]: document for document in await find_by_ids(collection, ids)}
    # What an answer lacks is not there, or had no more room in it.
    missing = [id_ for id_ in ids if id_ not in found]
    for document in await asyncio.gather(*(find_by_id(collection, id_) for id_ in missing)):
        if document is not None:
            found[document["_id"]] = document
    return found
