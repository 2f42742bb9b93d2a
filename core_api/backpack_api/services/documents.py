"""Documents: the verbs of `/db`, with rules, versions and limits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backpack_api.domain.actors import Actor
from backpack_api.domain.collections import Collection
from backpack_api.domain.documents import Document, check_patch, own_fields
from backpack_api.domain.events import DOCUMENT, document_event
from backpack_api.domain.idempotency import RetryKey
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.listing import ListRequest, plan
from backpack_api.domain.merge_patch import merge_patch
from backpack_api.domain.moments import in_milliseconds
from backpack_api.domain.positions import decode_position, encode_position
from backpack_api.domain.preconditions import Preconditions
from backpack_api.domain.projection import Projection
from backpack_api.domain.rules import Rule, Rules, check_change, check_verb, check_visible
from backpack_api.problems import NotFound
from backpack_api.services.collections import CollectionService
from backpack_api.services.document_creation import Birth, DocumentCreation
from backpack_api.services.events import EventService
from backpack_api.services.idempotency import IdempotencyService
from backpack_api.services.retries import attempts
from backpack_api.services.schemas import SchemaService
from backpack_api.stores.documents import DocumentStore, DocumentTurn, Duplicate
from backpack_api.stores.mongo import Mongo

MAX_PAGE_BYTES = 8 * 1024 * 1024
"""A page of documents larger than this ends early, with a cursor."""


@dataclass(frozen=True, slots=True)
class Page:
    """Documents of a list, in its order."""

    items: list[Document]
    next_cursor: str | None
    total: int | None
    """How many the caller may read in all; only where asked for."""
    fields: Projection | None

    def to_json_object(self) -> JsonObject:
        items = [document.to_json_object() for document in self.items]
        if self.fields is not None:
            items = [self.fields.of(item) for item in items]
        answer: JsonObject = {"items": items, "nextCursor": self.next_cursor}
        if self.total is not None:
            answer["total"] = self.total
        return answer


class DocumentService:
    """The documents of one backpack. For an administrator no rule counts."""

    def __init__(
        self,
        *,
        store: DocumentStore,
        collections: CollectionService,
        idempotency: IdempotencyService,
        mongo: Mongo,
        events: EventService,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._collections = collections
        self._mongo = mongo
        self._events = events
        self._now = now
        self._creation = DocumentCreation(
            store=store,
            schemas=SchemaService(),
            idempotency=idempotency,
            mongo=mongo,
            tell=self._tell,
            new_id=new_id,
            now=now,
        )

    async def page(
        self, collection: str, actor: Actor, request: ListRequest, *, max_bytes: int = MAX_PAGE_BYTES
    ) -> Page:
        """A page of the documents that the actor may read."""
        rules = (await self._collections.find(collection, actor)).rules
        _admit(rules.read, actor)
        filter_, sort = request.filter, request.sort
        after = decode_position(request.cursor, sort, filter_) if request.cursor is not None else None
        owner_id = actor.user_id if rules.read is Rule.OWNER and not actor.is_administrator else None
        faithful = (await self._mongo.engine()).faithful
        items, more = await self._store.page(
            collection,
            plan(filter_, sort, after, owner_id=owner_id, faithful=faithful),
            sort,
            limit=request.limit,
            max_bytes=max_bytes,
        )
        total = None
        if request.total:
            everything = plan(filter_, sort, None, owner_id=owner_id, faithful=faithful)
            total = await self._store.count(collection, everything)
        cursor = encode_position(sort.position_of(items[-1].to_json_object()), filter_) if more else None
        return Page(items, cursor, total, request.fields)

    async def admit_create(self, collection: str, actor: Actor) -> None:
        """Raise unless the actor may create here: before his body is read."""
        _admit((await self._collections.find(collection, actor)).rules.create, actor)

    async def admit_update(self, collection: str, actor: Actor) -> None:
        """Raise unless the actor may change some document here: before his body is read."""
        _admit((await self._collections.find(collection, actor)).rules.update, actor)

    async def create(
        self,
        collection: str,
        actor: Actor,
        body: Any,
        *,
        key: RetryKey | None = None,
        owner_id: str | None = None,
    ) -> Document:
        """Store a new document of the actor's. `key`: the same request once more gives the
        same document. `owner_id`: whose it is to be, where an administrator makes it."""
        return await self._creation.one(await self._birth(collection, actor, key, owner_id), body)

    async def create_many(
        self,
        collection: str,
        actor: Actor,
        bodies: list[Any],
        *,
        key: RetryKey | None = None,
        owner_id: str | None = None,
    ) -> list[Document]:
        """Store new documents, in order; none where one of them is invalid."""
        return await self._creation.many(await self._birth(collection, actor, key, owner_id), bodies)

    async def get(self, collection: str, actor: Actor, document_id: str) -> Document:
        """One document that the actor may read."""
        rules = (await self._collections.find(collection, actor)).rules
        _admit(rules.read, actor)
        document = _there(await self._store.get(collection, document_id))
        if not actor.is_administrator:
            check_visible(rules, actor.user_id, document.owner_id)
        return document

    async def replace(
        self, collection: str, actor: Actor, document_id: str, body: Any, preconditions: Preconditions
    ) -> Document:
        """Replace a document's own fields."""
        return await self._update(collection, actor, document_id, lambda _: own_fields(body), preconditions)

    async def patch(
        self, collection: str, actor: Actor, document_id: str, body: Any, preconditions: Preconditions
    ) -> Document:
        """Merge a patch (RFC 7396) into a document's own fields."""

        def patched(data: JsonObject) -> JsonObject:
            patch = own_fields(body)
            check_patch(patch)
            return dict(merge_patch(data, patch))

        return await self._update(collection, actor, document_id, patched, preconditions)

    async def delete(
        self, collection: str, actor: Actor, document_id: str, preconditions: Preconditions
    ) -> Document:
        """Remove a document and answer what was removed."""
        rules = (await self._collections.find(collection, actor)).rules
        _admit(rules.delete, actor)
        async for _ in attempts():
            async with self._store.turn(collection, document_id) as turn:
                document = _there(await turn.read())
                _admit_change(rules, rules.delete, actor, document)
                preconditions.check_write(document.version)
                if await turn.delete(document.version):
                    self._tell(collection, document, None)
                    return document
        raise AssertionError  # attempts() ends by itself

    async def _birth(self, name: str, actor: Actor, key: RetryKey | None, owner_id: str | None) -> Birth:
        collection = await self._collections.find(name, actor)
        _admit(collection.rules.create, actor)
        return Birth(collection, owner_id if actor.is_administrator else actor.user_id, key)

    async def _update(
        self,
        name: str,
        actor: Actor,
        document_id: str,
        change: Callable[[JsonObject], JsonObject],
        preconditions: Preconditions,
    ) -> Document:
        """Store the changed fields of the latest version; where another change came
        first, again with that one, unless the caller named the version he means."""
        collection = await self._collections.find(name, actor)
        _admit(collection.rules.update, actor)
        async for _ in attempts():
            async with self._store.turn(name, document_id) as turn:
                document = _there(await turn.read())
                _admit_change(collection.rules, collection.rules.update, actor, document)
                preconditions.check_write(document.version)
                changed = replace(
                    document,
                    version=document.version + 1,
                    updated_at=max(in_milliseconds(self._now()), document.updated_at),
                    data=await self._creation.check(collection, change(document.data)),
                )
                if await self._replaced(turn, collection, changed, document.version):
                    self._tell(name, document, changed)
                    return changed
        raise AssertionError  # attempts() ends by itself

    async def _replaced(
        self, turn: DocumentTurn, collection: Collection, document: Document, version: int
    ) -> bool:
        try:
            return await turn.replace(document, version)
        except Duplicate:
            raise await self._creation.refused(collection, document) from None

    def _tell(self, collection: str, before: Document | None, after: Document | None) -> None:
        self._events.publish(DOCUMENT, document_event(collection, before, after))


def _there(document: Document | None) -> Document:
    if document is None:
        raise NotFound("There is no such document.")
    return document


def _admit(rule: Rule, actor: Actor) -> None:
    if not actor.is_administrator:
        check_verb(rule, actor.user_id)


def _admit_change(rules: Rules, rule: Rule, actor: Actor, document: Document) -> None:
    if not actor.is_administrator:
        check_change(rules, rule, actor.user_id, document.owner_id)
