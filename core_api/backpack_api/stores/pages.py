"""Reading a page of documents, bounded in documents and in bytes."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator

from pymongo.asynchronous.collection import AsyncCollection

from backpack_api.domain.documents import Document
from backpack_api.domain.json_text import to_json
from backpack_api.domain.listing import Plan
from backpack_api.domain.sorting import Position, Sort
from backpack_api.stores.mongo import MongoDocument
from backpack_api.stores.stored_documents import from_stored

BATCH = 101
"""Documents that the engine sends at once; bounds what a page holds in memory."""

AT_A_STRETCH_SECONDS = 0.01
"""After which other requests have their turn: what came in one batch is looked at without waiting."""


async def read_page(
    collection: AsyncCollection[MongoDocument], plan: Plan, sort: Sort, *, limit: int, max_bytes: int
) -> tuple[list[Document], bool]:
    """Documents in order, and whether there are more. At most `limit`; fewer where the
    next one would bring the page over `max_bytes` of JSON, but never none because of it."""
    if plan.sort is None:
        return await _choose(_accepted(collection, plan, 0), sort, limit, max_bytes)
    page: list[Document] = []
    size = 0
    async for document in _accepted(collection, plan, limit + 1 if plan.accepts is None else 0):
        size += _size(document)
        if len(page) == limit or (page and size > max_bytes):
            return page, True
        page.append(document)
    return page, False


async def count(collection: AsyncCollection[MongoDocument], plan: Plan) -> int:
    """How many documents there are."""
    if plan.accepts is None:
        return await collection.count_documents(plan.query)
    counted = 0
    async for _ in _accepted(collection, plan, 0):
        counted += 1
    return counted


async def _accepted(
    collection: AsyncCollection[MongoDocument], plan: Plan, limit: int
) -> AsyncIterator[Document]:
    cursor = collection.find(plan.query, batch_size=BATCH, limit=limit)
    if plan.sort is not None:
        cursor = cursor.sort(plan.sort)
    clock = asyncio.get_running_loop().time
    since = clock()
    async with cursor:
        async for stored in cursor:
            if clock() - since > AT_A_STRETCH_SECONDS:
                await asyncio.sleep(0)
                since = clock()
            document = from_stored(stored)
            if plan.accepts is None or plan.accepts(document.to_json_object()):
                yield document


async def _choose(
    documents: AsyncIterator[Document], sort: Sort, limit: int, max_bytes: int
) -> tuple[list[Document], bool]:
    """The first documents of an order from all in any order, in memory that is bounded
    as the page is: what is beyond it already is let go."""
    chosen: list[tuple[Position, int, Document]] = []
    size = 0
    end: Position | None = None
    """The first document that is known not to be on the page."""
    async for document in documents:
        entry = (sort.position_of(document.to_json_object()), _size(document), document)
        if end is not None and end < entry[0]:
            continue
        insort(chosen, entry, key=lambda one: one[0])
        size += entry[1]
        while len(chosen) > limit or (len(chosen) > 1 and size > max_bytes):
            end, dropped, _ = chosen.pop()
            size -= dropped
    return [document for _, _, document in chosen], end is not None


def _size(document: Document) -> int:
    return len(to_json(document.data))
