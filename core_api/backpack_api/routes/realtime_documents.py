"""The operations on documents of a socket: `db.*`, with the rules and problems of `/db`."""

from typing import Any

from backpack_api.domain.actors import Actor
from backpack_api.domain.filters import EVERYTHING, parse_filter
from backpack_api.domain.idempotency import retry_key
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.list_requests import from_json
from backpack_api.domain.preconditions import Preconditions, etag_of
from backpack_api.domain.shapes import Shape
from backpack_api.runtime import Runtime
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets.connection import MAX_ANSWER_BYTES
from backpack_api.sockets.operations import Operations

ENVELOPE_BYTES = 4096
SYSTEM_BYTES = 256
"""What an answer has beside the documents' own fields, and each document: more than it can be."""


class ListDocuments(Shape):
    """The other fields are read as those of a list's query are."""

    collection: str
    filter: Any = None
    sort: Any = None
    limit: Any = None
    cursor: Any = None
    fields: Any = None
    total: Any = None


class CreateDocument(Shape):
    collection: str
    data: Any
    key: str | None = None


class NameDocument(Shape):
    collection: str
    docId: str  # noqa: N815  as clients write it


class RemoveDocument(NameDocument):
    version: int | None = None


class ChangeDocument(RemoveDocument):
    data: Any


class Subscribe(Shape):
    collection: str
    filter: Any = None
    since: str | None = None


class Unsubscribe(Shape):
    sub: str


class _Documents:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._documents = runtime.documents
        self._subscriptions = runtime.realtime.subscriptions

    async def list(self, connection: RealtimeConnection, fields: ListDocuments) -> JsonObject:
        request = from_json(fields.model_dump(exclude={"collection"}))
        room = MAX_ANSWER_BYTES - ENVELOPE_BYTES - SYSTEM_BYTES * request.limit
        page = await self._documents.page(fields.collection, _actor(connection), request, max_bytes=room)
        return page.to_json_object()

    async def get(self, connection: RealtimeConnection, fields: NameDocument) -> JsonObject:
        document = await self._documents.get(fields.collection, _actor(connection), fields.docId)
        return document.to_json_object()

    async def create(self, connection: RealtimeConnection, fields: CreateDocument) -> Any:
        actor = _actor(connection)
        key = None if fields.key is None else retry_key(fields.key, actor, "/key")
        if isinstance(fields.data, list):
            created = await self._documents.create_many(fields.collection, actor, fields.data, key=key)
            return [document.to_json_object() for document in created]
        return (await self._documents.create(fields.collection, actor, fields.data, key=key)).to_json_object()

    async def replace(self, connection: RealtimeConnection, fields: ChangeDocument) -> JsonObject:
        document = await self._documents.replace(
            fields.collection, _actor(connection), fields.docId, fields.data, _preconditions(fields)
        )
        return document.to_json_object()

    async def patch(self, connection: RealtimeConnection, fields: ChangeDocument) -> JsonObject:
        document = await self._documents.patch(
            fields.collection, _actor(connection), fields.docId, fields.data, _preconditions(fields)
        )
        return document.to_json_object()

    async def delete(self, connection: RealtimeConnection, fields: RemoveDocument) -> JsonObject:
        document = await self._documents.delete(
            fields.collection, _actor(connection), fields.docId, _preconditions(fields)
        )
        return document.to_json_object()

    async def subscribe(self, connection: RealtimeConnection, fields: Subscribe) -> JsonObject:
        filter_ = EVERYTHING if fields.filter is None else parse_filter(fields.filter, "/filter")
        one = await self._subscriptions.subscribe(connection, fields.collection, filter_, fields.since)
        return {"sub": one.id, "seq": fields.since or self._subscriptions.seq}

    async def unsubscribe(self, connection: RealtimeConnection, fields: Unsubscribe) -> None:
        self._subscriptions.unsubscribe(connection, fields.sub)


def add_document_operations(operations: Operations[RealtimeConnection], runtime: Runtime) -> None:
    """Serve `db.*` and `unsubscribe`."""
    documents = _Documents(runtime)
    operations.add("db.list", ListDocuments, documents.list)
    operations.add("db.get", NameDocument, documents.get)
    operations.add("db.create", CreateDocument, documents.create)
    operations.add("db.replace", ChangeDocument, documents.replace)
    operations.add("db.patch", ChangeDocument, documents.patch)
    operations.add("db.delete", RemoveDocument, documents.delete)
    operations.add("db.subscribe", Subscribe, documents.subscribe)
    operations.add("db.unsubscribe", Unsubscribe, documents.unsubscribe)
    operations.add("unsubscribe", Unsubscribe, documents.unsubscribe)


def _actor(connection: RealtimeConnection) -> Actor:
    return Actor(connection.user_id)


def _preconditions(fields: RemoveDocument) -> Preconditions:
    return Preconditions(if_match=None if fields.version is None else etag_of(fields.version))
