"""The sockets of the pages with documents: rows as they change, and news of the one document
that is in the editor. Each message replaces parts of the page by their ids."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket

from backpack_dashboard.domain.json_text import JsonFault, parse_object
from backpack_dashboard.errors import BackpackRefused, DashboardError, NotFound
from backpack_dashboard.pages.render import html
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.routes.sockets import stream
from backpack_dashboard.services.admin_connection import AdminConnection
from backpack_dashboard.services.live_documents import (
    NEWEST_FIRST,
    Changed,
    Find,
    Query,
    Shown,
    Trouble,
    follow_one,
    follow_page,
)

router = APIRouter(prefix="/live/backpacks/{namespace}/{name}/collections/{collection}")


@router.websocket("")
async def documents(
    socket: WebSocket,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    filter: str = "",  # noqa: A002  as it is called in the URL
    sort: str = NEWEST_FIRST,
    cursor: str = "",
) -> None:
    def find() -> AdminConnection:
        return parts.connections.of(me.admin, parts.access.backpack(me.admin, *backpack.key))

    shown = {
        "backpack": backpack,
        "collection": collection,
        "filter": filter,
        "sort": sort.strip(),
        "cursor": cursor,
    }
    await stream(socket, parts, me, _page(find, shown))


@router.websocket("/documents/{document_id}")
async def document(
    socket: WebSocket,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    document_id: str,
    version: int = 0,
) -> None:
    """`version`: what the editor has."""

    def find() -> AdminConnection:
        return parts.connections.of(me.admin, parts.access.backpack(me.admin, *backpack.key))

    shown = {
        "backpack": backpack,
        "collection": collection,
        "document_id": document_id,
        "version": version,
    }
    await stream(socket, parts, me, _news(find, shown))


async def _page(find: Find, shown: dict[str, Any]) -> AsyncGenerator[str]:
    """Ends where the query is wrong, or the collection gone: time alone mends neither."""
    yield _state("busy", "Connecting", "")
    try:
        filter_ = parse_object(shown["filter"]) if shown["filter"].strip() else None
    except JsonFault as fault:
        yield _wrong({"filter": f"This isn't a filter. {fault}"}, shown)
        return
    query = Query(shown["collection"], filter_, shown["sort"], shown["cursor"] or None)
    there = False
    try:
        async with aclosing(follow_page(find, query)) as comes:
            async for one in comes:
                if isinstance(one, Shown):
                    there = True
                    yield html("backpack/collections/table.html", **shown, page=one)
                    yield _state("good", "Live", "")
                elif isinstance(one, Changed):
                    for text in _changes(one, shown):
                        yield text
                else:
                    if not there:
                        yield html("backpack/collections/trouble.html", error=one.error)
                    yield _state("bad", "Not live", one.error.detail)
    except BackpackRefused as error:
        if error.status == 404:
            yield html("backpack/collections/no_collection.html", **shown)
            yield _state("resting", "Not there", "")
        else:
            yield _wrong(_faults(error), shown)
    except NotFound as error:
        yield html("backpack/collections/trouble.html", error=error)
        yield _state("resting", "Ended", "")


def _changes(changes: Changed, shown: dict[str, Any]) -> list[str]:
    """Rows alone, as behind anything else a browser takes them for text."""
    texts = []
    if changes.added:
        # The newest is at the top.
        added = list(reversed(changes.added.values()))
        texts.append(html("backpack/collections/added.html", **shown, columns=changes.columns, added=added))
    if changes.changed:
        texts.append(
            html(
                "backpack/collections/changed.html", **shown, columns=changes.columns, changed=changes.changed
            )
        )
    if changes.gone:
        gone = changes.gone.values()
        texts.append(html("backpack/collections/gone.html", **shown, columns=changes.columns, gone=gone))
    if changes.waiting:
        texts.append(html("backpack/collections/waiting.html", **shown, waiting=changes.waiting))
    return texts


async def _news(find: Find, shown: dict[str, Any]) -> AsyncGenerator[str]:
    yield html("backpack/collections/news.html", **shown, news=None, error=None, gone=False)
    try:
        async with aclosing(follow_one(find, shown["collection"], shown["document_id"])) as comes:
            async for one in comes:
                if isinstance(one, Trouble):
                    yield html(
                        "backpack/collections/news.html", **shown, news=None, error=one.error, gone=False
                    )
                    continue
                now = one.document
                newer = now if now is not None and now["version"] > shown["version"] else None
                yield html(
                    "backpack/collections/news.html", **shown, news=newer, error=None, gone=now is None
                )
    except DashboardError as error:
        yield html("backpack/collections/news.html", **shown, news=None, error=error, gone=False)


def _state(mood: str, label: str, text: str) -> str:
    return html("backpack/collections/live_state.html", mood=mood, label=label, text=text)


def _wrong(errors: dict[str, str], shown: dict[str, Any]) -> str:
    return html("backpack/collections/wrong_query.html", **shown, errors=errors) + _state(
        "resting", "Not live", ""
    )


def _faults(error: BackpackRefused) -> dict[str, str]:
    """By the field of the form that is wrong: of the API's paths the first part."""
    faults = {}
    for one in error.problem.get("errors") or ():
        field = str(one["path"]).strip("/").partition("/")[0]
        faults[field if field in ("filter", "sort") else "filter"] = str(one["message"])
    return faults or {"filter": error.detail}
