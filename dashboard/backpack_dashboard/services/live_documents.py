"""Documents that a page shows, followed for as long as it is open: read whole, then changed
by what comes, and read anew whenever the connection to the backpack was lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backpack_dashboard.domain.documents import LivePage, columns_of
from backpack_dashboard.domain.json_text import JsonObject
from backpack_dashboard.errors import BackpackRefused, BackpackUnavailable, DashboardError, Unavailable
from backpack_dashboard.services.admin_connection import AdminConnection
from backpack_dashboard.services.collections import MOST

PAGE = 50
NEWEST_FIRST = "-createdAt"
BATCH_SECONDS = 0.15
"""What changes at the same time goes out together."""
WAITING_EVENTS = 200
_ANEW = ("open", "reset")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0

Find = Callable[[], AdminConnection]
"""The connection, asked for anew each time: raises `NotFound` once the backpack may not be
seen any more, and `BackpackUnavailable` while it can't be reached."""
Event = dict[str, Any]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents, in the API's words."""

    collection: str
    filter: JsonObject | None = None
    sort: str = NEWEST_FIRST
    cursor: str | None = None

    @property
    def grows(self) -> bool:
        return self.cursor is None and self.sort == NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole page."""

    columns: tuple[str, ...]
    documents: list[JsonObject]
    cursor: str | None


@dataclass(slots=True)
class Changed:
    """Since the last time. `waiting`: how many new documents are not on the page."""

    columns: tuple[str, ...]
    added: dict[str, JsonObject] = field(default_factory=dict)
    changed: dict[str, JsonObject] = field(default_factory=dict)
    gone: dict[str, JsonObject] = field(default_factory=dict)
    waiting: int = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.gone or self.waiting)


@dataclass(frozen=True, slots=True)
class Trouble:
    """It can't be followed for the moment; it is tried again by itself."""

    error: DashboardError


@dataclass(frozen=True, slots=True)
class Current:
    """One document as it is now; None: it is gone."""

    document: JsonObject | None


async def follow_page(find: Find, query: Query) -> AsyncGenerator[Shown | Changed | Trouble]:
    """Ends with `BackpackRefused` where the query itself is wrong, or the collection gone."""
    page = LivePage({}, query.grows)
    columns: tuple[str, ...] = ()

    async def read(inside: AdminConnection) -> Shown:
        return await _read(inside, query)

    async with aclosing(_followed(find, query.collection, query.filter, read)) as comes:
        async for one in comes:
            if isinstance(one, Shown):
                page, columns = LivePage.of(one.documents, grows=query.grows), one.columns
                yield one
            elif isinstance(one, Trouble):
                yield one
            else:
                was_empty = not page.documents
                changes = _changes(page, one, columns)
                if was_empty and changes.added:
                    documents = list(reversed(page.documents.values()))
                    columns = columns_of(documents, None)
                    yield Shown(columns, documents, None)
                elif changes.any:
                    yield changes


async def follow_one(find: Find, collection: str, document_id: str) -> AsyncGenerator[Current | Trouble]:
    """One document whenever it changes, at first as it is."""

    async def read(inside: AdminConnection) -> Current:
        try:
            return Current(await inside.call("docs.get", collection=collection, docId=document_id))
        except BackpackRefused as error:
            if error.status != 404:
                raise
            return Current(None)

    async with aclosing(_followed(find, collection, {"id": document_id}, read)) as comes:
        async for one in comes:
            if isinstance(one, list):
                last = one[-1]
                yield Current(None if last["type"] == "delete" else last["doc"])
            else:
                yield one


def _changes(page: LivePage, batch: list[Event], columns: tuple[str, ...]) -> Changed:
    changes = Changed(columns)
    for event in batch:
        id_ = event["doc"]["id"]
        former = page.documents.get(id_)
        match page.take(event):
            case "added":
                changes.added[id_] = event["doc"]
            case "changed" if id_ in changes.added:
                changes.added[id_] = event["doc"]
            case "changed":
                changes.changed[id_] = event["doc"]
            case "gone":
                changes.changed.pop(id_, None)
                if changes.added.pop(id_, None) is None and former is not None:
                    changes.gone[id_] = former
    changes.waiting = page.waiting
    return changes


async def _read(inside: AdminConnection, query: Query) -> Shown:
    found = await inside.call(
        "docs.list",
        collection=query.collection,
        filter=query.filter,
        sort=query.sort or None,
        cursor=query.cursor,
        limit=PAGE,
    )
    definitions = (await inside.call("collections.list", limit=MOST))["items"]
    schema = next((one["schema"] for one in definitions if one["name"] == query.collection), None)
    return Shown(columns_of(found["items"], schema), found["items"], found["nextCursor"])


async def _followed(
    find: Find,
    collection: str,
    filter_: JsonObject | None,
    read: Callable[[AdminConnection], Awaitable[R]],
) -> AsyncGenerator[list[Event] | R | Trouble]:
    """What `read` answers, whenever the subscription begins; then the events that come
    together. After every trouble it begins again."""
    pause = FIRST_PAUSE
    while True:
        error: DashboardError
        try:
            inside = find()
            await inside.call("ping")
            async with aclosing(_batches(inside, collection, filter_)) as batches:
                async for batch in batches:
                    find()
                    if any(event["ev"] in _ANEW for event in batch):
                        # What else came is in what is read now, or has an older version.
                        yield await read(inside)
                        pause = FIRST_PAUSE
                    else:
                        yield batch
            error = BackpackUnavailable("The connection to its API was lost. It is being opened again.")
        except Unavailable as caught:
            error = caught
        except BackpackRefused as refused:
            if refused.status < 500:
                raise
            error = refused
        yield Trouble(error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _batches(
    inside: AdminConnection, collection: str, filter_: JsonObject | None
) -> AsyncGenerator[list[Event]]:
    """Until the connection is lost."""
    queue: asyncio.Queue[Event] = asyncio.Queue(WAITING_EVENTS)

    async def fill() -> None:
        subscribed = inside.events("docs.subscribe", collection=collection, filter=filter_)
        async with aclosing(subscribed) as events:
            async for event in events:
                await queue.put(event)
                if event["ev"] == "lost":
                    return

    filling = asyncio.create_task(fill())
    try:
        while not (filling.done() and queue.empty()):
            taking = asyncio.create_task(queue.get())
            await asyncio.wait([taking, filling], return_when=asyncio.FIRST_COMPLETED)
            if not taking.done():
                taking.cancel()
                break
            await asyncio.sleep(BATCH_SECONDS)
            batch = [taking.result(), *(queue.get_nowait() for _ in range(queue.qsize()))]
            if any(event["ev"] == "lost" for event in batch):
                return
            yield batch
        filling.result()
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
