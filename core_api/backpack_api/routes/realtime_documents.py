"""The operations on documents of a socket: `db.*`, with the rules and problems of `/db`."""

from typing import Any

from backpack_api.domain.filters import EVERYTHING, parse_filter
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.runtime import Runtime
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets.operations import Operations


class Subscribe(Shape):
    collection: str
    filter: Any = None
    since: str | None = None


class Unsubscribe(Shape):
    sub: str


class _Documents:
    def __init__(self, runtime: Runtime) -> None:
        self._subscriptions = runtime.realtime.subscriptions

    async def subscribe(self, connection: RealtimeConnection, fields: Subscribe) -> JsonObject:
        filter_ = EVERYTHING if fields.filter is None else parse_filter(fields.filter, "/filter")
        one = await self._subscriptions.subscribe(connection, fields.collection, filter_, fields.since)
        return {"sub": one.id}

    async def unsubscribe(self, connection: RealtimeConnection, fields: Unsubscribe) -> None:
        self._subscriptions.unsubscribe(connection, fields.sub)


def add_document_operations(operations: Operations[RealtimeConnection], runtime: Runtime) -> None:
    documents = _Documents(runtime)
    operations.add("db.subscribe", Subscribe, documents.subscribe)
    operations.add("unsubscribe", Unsubscribe, documents.unsubscribe)
    operations.add("db.unsubscribe", Unsubscribe, documents.unsubscribe)
