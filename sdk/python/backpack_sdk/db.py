"""Collections of documents."""

import builtins
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, overload

from .documents import DocumentEvent, Filter
from .listing import Listing, Page, page_of
from .realtime import Realtime, Unsubscribe
from .transport import Request, Transport, quoted
from .wire import from_wire

T = TypeVar("T")

Verb = Literal["read", "create", "update", "delete"]
Rule = Literal["public", "user", "owner", "none"]


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection, and who may do what in it."""

    name: str
    rules: dict[Verb, Rule]


class Collection(Generic[T]):
    """One collection, whose documents are read as `T`."""

    def __init__(self, name: str, transport: Transport, realtime: Realtime) -> None:
        self.name = name
        self._transport = transport
        self._realtime = realtime
        self._path = f"/db/{quoted(name)}"

    def list(
        self,
        *,
        filter: Filter | None = None,
        sort: str | Sequence[str] | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        total: bool = False,
    ) -> Listing[T]:
        """The documents that the filter matches: `await` for a page, `async for` for all.

        `sort`: fields or dotted paths, descending with `-` before them. `fields`: only these, beside the
        system's. `limit`: documents a page, 50, at most 1000. `cursor`: the page before's `next_cursor`, with
        the same filter and sort. `total`: also count what the filter matches.
        """
        query = {
            "filter": None if filter is None else json.dumps(filter),
            "sort": _joined(sort),
            "fields": _joined(fields),
            "limit": limit,
            "total": "true" if total else None,
        }

        async def load(cursor: str | None) -> Page[T]:
            request = Request(query={**query, "cursor": cursor})
            return page_of(await self._transport.call("GET", self._path, request), _itself)

        return Listing(load, cursor)

    async def get(self, id: str) -> T:
        """One document. 404 where there is none, or none that one may read."""
        document: T = await self._transport.call("GET", self._one(id))
        return document

    async def create(self, document: Mapping[str, Any], *, key: str | None = None) -> T:
        """A new document.

        `key`: what makes a call that is sent again the same one, for a day; a UUID of version 7 where none
        is given.
        """
        created: T = await self._create(document, key)
        return created

    async def create_many(
        self, documents: Sequence[Mapping[str, Any]], *, key: str | None = None
    ) -> builtins.list[T]:
        """Create up to 1000 documents, in order: none where one of them is invalid."""
        created: builtins.list[T] = await self._create(documents, key)
        return created

    async def replace(self, id: str, document: Mapping[str, Any], *, version: int | None = None) -> T:
        """The document with these fields instead of those it had.

        `version`: change only this one; 412 where another change came first.
        """
        return await self._change("PUT", id, version, document)

    async def patch(self, id: str, patch: Mapping[str, Any], *, version: int | None = None) -> T:
        """The document after a merge patch (RFC 7396): None removes a field."""
        return await self._change("PATCH", id, version, patch)

    async def delete(self, id: str, *, version: int | None = None) -> T:
        """Remove a document; gives it as it was at last."""
        return await self._change("DELETE", id, version)

    async def subscribe(
        self, handler: Callable[[DocumentEvent[T]], None], *, filter: Filter | None = None
    ) -> Unsubscribe:
        """Hear of each change of a document that the filter matches, or has matched. Gives what ends it.

        A connection that is lost is opened again, and what was missed comes, in order and once; where that is
        no longer to be had, an event `reset` says so.
        """
        return await self._realtime.subscribe(self.name, handler, filter)

    def _one(self, id: str) -> str:
        return f"{self._path}/{quoted(id)}"

    async def _create(self, content: Any, key: str | None) -> Any:
        headers = {"Idempotency-Key": key or self._transport.key()}
        request = Request(json=content, headers=headers, safe=True)
        return await self._transport.call("POST", self._path, request)

    async def _change(
        self, method: str, id: str, version: int | None, content: Mapping[str, Any] | None = None
    ) -> T:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        request = Request(json=content, headers=headers)
        changed: T = await self._transport.call(method, self._one(id), request)
        return changed


class Db:
    """Collections of documents."""

    def __init__(self, transport: Transport, realtime: Realtime) -> None:
        self._transport = transport
        self._realtime = realtime

    @overload
    def collection(self, name: str) -> Collection[dict[str, Any]]: ...

    @overload
    def collection(self, name: str, shape: type[T]) -> Collection[T]: ...

    def collection(self, name: str, shape: type[Any] | None = None) -> Collection[Any]:  # noqa: ARG002
        """A collection. Nothing is asked: it may not exist yet.

        `shape`, a `Document` with an application's own fields, is for type checkers: documents are dicts.
        """
        return Collection(name, self._transport, self._realtime)

    async def collections(self) -> list[CollectionInfo]:
        """All collections, with their rules."""
        answer = await self._transport.call("GET", "/collections")
        return [from_wire(CollectionInfo, one) for one in answer]

    async def create_collection(self, name: str) -> CollectionInfo:
        """Make a collection. 409 where it exists, 403 where only administrators may."""
        answer = await self._transport.call("POST", "/collections", Request(json={"name": name}))
        return from_wire(CollectionInfo, answer)


def _joined(names: str | Sequence[str] | None) -> str | None:
    return names if names is None or isinstance(names, str) else ",".join(names)


def _itself(document: Any) -> Any:
    return document
