"""`docs.*`: documents, whoever they belong to. No rule counts here; schemas, limits and
versions do."""

from typing import Annotated, Any

from pydantic import Field

from backpack_api.domain.actors import ADMINISTRATOR
from backpack_api.domain.filters import EVERYTHING, parse_filter
from backpack_api.domain.idempotency import RetryKey, retry_key
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.list_requests import from_json
from backpack_api.domain.preconditions import Preconditions, etag_of
from backpack_api.domain.shapes import Shape
from backpack_api.problems import Conflict, NotFound
from backpack_api.routes.admin.operations import AdminConnection, AdminOperations, Name
from backpack_api.runtime import Runtime
from backpack_api.services.admin.live_documents import LiveDocuments

MAX_SUBSCRIPTIONS = 100
"""Of one socket."""
MAX_PAGE_BYTES = 1024 * 1024
"""Of a page's documents. One that is larger comes alone."""


class DocumentList(Shape):
    """As over HTTP; `filter` is an object."""

    collection: Name
    filter: Any = None
    sort: Any = None
    limit: Any = None
    cursor: Any = None
    fields: Any = None
    total: Any = None


class NewDocument(Shape):
    collection: Name
    data: Any
    ownerId: Name | None = None  # noqa: N815  as it is on the wire
    key: str | None = None


class OneDocument(Shape):
    collection: Name
    docId: Name  # noqa: N815


class OneVersion(OneDocument):
    version: Annotated[int, Field(ge=1)] | None = None
    """Which the change is meant for; another one gives 412."""

    def preconditions(self) -> Preconditions:
        return Preconditions(None if self.version is None else etag_of(self.version))


class Change(OneVersion):
    data: Any


class Subscribe(Shape):
    collection: Name
    filter: Any = None


class Unsubscribe(Shape):
    sub: str


class DocumentOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._documents = runtime.documents
        self._collections = runtime.collections
        self._subscriptions = runtime.admin.subscriptions

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("docs.list", DocumentList, self._list)
        operations.look("docs.get", OneDocument, self._get)
        operations.listen("docs.subscribe", Subscribe, self._subscribe)
        operations.listen("docs.unsubscribe", Unsubscribe, self._unsubscribe)
        operations.change("docs.create", NewDocument, self._create, target=("collection",), makes="docId")
        which = ("collection", "docId")
        operations.change("docs.replace", Change, self._replace, target=which)
        operations.change("docs.patch", Change, self._patch, target=which)
        operations.change("docs.delete", OneVersion, self._delete, target=which)

    async def _list(self, fields: DocumentList) -> JsonObject:
        request = from_json(fields.model_dump(exclude={"collection"}))
        page = await self._documents.page(fields.collection, ADMINISTRATOR, request, max_bytes=MAX_PAGE_BYTES)
        return page.to_json_object()

    async def _get(self, fields: OneDocument) -> JsonObject:
        document = await self._documents.get(fields.collection, ADMINISTRATOR, fields.docId)
        return document.to_json_object()

    async def _subscribe(self, connection: AdminConnection, fields: Subscribe) -> JsonObject:
        await self._collections.find(fields.collection, ADMINISTRATOR)
        filter_ = EVERYTHING if fields.filter is None else parse_filter(fields.filter, "/filter")
        if len(connection.subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Conflict(f"A socket has at most {MAX_SUBSCRIPTIONS} subscriptions. End one first.")
        one = LiveDocuments(
            connection.next_subscription(), fields.collection, filter_, connection.socket.send
        )
        if connection.socket.open:
            connection.subscriptions[one.id] = one
            self._subscriptions.add(one)
        return {"sub": one.id}

    async def _unsubscribe(self, connection: AdminConnection, fields: Unsubscribe) -> None:
        one = connection.subscriptions.pop(fields.sub, None)
        if one is None:
            raise NotFound("This socket has no such subscription.")
        self._subscriptions.remove(one)

    async def _create(self, fields: NewDocument) -> JsonObject:
        key: RetryKey | None = None
        if fields.key is not None:
            key = retry_key(fields.key, ADMINISTRATOR, "/key")
        document = await self._documents.create(
            fields.collection, ADMINISTRATOR, fields.data, key=key, owner_id=fields.ownerId
        )
        return document.to_json_object()

    async def _replace(self, fields: Change) -> JsonObject:
        document = await self._documents.replace(
            fields.collection, ADMINISTRATOR, fields.docId, fields.data, fields.preconditions()
        )
        return document.to_json_object()

    async def _patch(self, fields: Change) -> JsonObject:
        document = await self._documents.patch(
            fields.collection, ADMINISTRATOR, fields.docId, fields.data, fields.preconditions()
        )
        return document.to_json_object()

    async def _delete(self, fields: OneVersion) -> JsonObject:
        document = await self._documents.delete(
            fields.collection, ADMINISTRATOR, fields.docId, fields.preconditions()
        )
        return document.to_json_object()
