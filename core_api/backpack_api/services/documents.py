"""Documents: the verbs of `/db`, with rules, versions and limits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.domain.documents import Document, check_document, check_patch, own_fields
from backpack_api.domain.events import DOCUMENT, document_event
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.merge_patch import merge_patch
from backpack_api.domain.moments import in_milliseconds
from backpack_api.domain.preconditions import Preconditions
from backpack_api.domain.rules import Rule, Rules, check_change, check_verb, check_visible
from backpack_api.problems import Fault, InvalidValue, NotFound, TooLarge
from backpack_api.services.collections import CollectionService
from backpack_api.services.events import EventService
from backpack_api.services.retries import attempts
from backpack_api.stores.documents import DocumentStore
from backpack_api.stores.mongo import Mongo

MAX_BULK = 1000
MAX_PAGE_BYTES = 8 * 1024 * 1024
"""A page of documents larger than this ends early, with a cursor."""


@dataclass(frozen=True, slots=True)
class Page:
    """Documents of a list, in the order of their ids."""

    items: list[Document]
    next_cursor: str | None
    total: int | None
    """How many the caller may read in all; only where asked for."""


class DocumentService:
    """The documents of one backpack. `user_id` is the caller's, None without a session."""

    def __init__(
        self,
        *,
        store: DocumentStore,
        collections: CollectionService,
        mongo: Mongo,
        events: EventService,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._collections = collections
        self._mongo = mongo
        self._events = events
        self._new_id = new_id
        self._now = now

    async def page(
        self, collection: str, user_id: str | None, *, limit: int, cursor: str | None, total: bool
    ) -> Page:
        """A page of the documents that the caller may read."""
        rules = await self._rules(collection, user_id)
        check_verb(rules.read, user_id)
        owner_id = user_id if rules.read is Rule.OWNER else None
        items, more = await self._store.page(
            collection,
            after=decode_cursor(cursor) if cursor is not None else None,
            owner_id=owner_id,
            limit=limit,
            max_bytes=MAX_PAGE_BYTES,
        )
        count = await self._store.count(collection, owner_id=owner_id) if total else None
        return Page(items, encode_cursor(items[-1].id) if more else None, count)

    async def admit_create(self, collection: str, user_id: str | None) -> None:
        """Raise unless the caller may create here: before his body is read."""
        check_verb((await self._rules(collection, user_id)).create, user_id)

    async def admit_update(self, collection: str, user_id: str | None) -> None:
        """Raise unless the caller may change some document here: before his body is read."""
        check_verb((await self._rules(collection, user_id)).update, user_id)

    async def create(self, collection: str, user_id: str | None, body: Any) -> Document:
        """Store a new document of the caller's."""
        (document,) = await self._create(collection, user_id, [body], path="")
        return document

    async def create_many(self, collection: str, user_id: str | None, bodies: list[Any]) -> list[Document]:
        """Store new documents, in order; none where one of them is invalid."""
        return await self._create(collection, user_id, bodies, path="/{}")

    async def get(self, collection: str, user_id: str | None, document_id: str) -> Document:
        """One document that the caller may read."""
        rules = await self._rules(collection, user_id)
        check_verb(rules.read, user_id)
        document = await self._stored(collection, document_id)
        check_visible(rules, user_id, document.owner_id)
        return document

    async def replace(
        self, collection: str, user_id: str | None, document_id: str, body: Any, preconditions: Preconditions
    ) -> Document:
        """Replace a document's own fields."""
        return await self._update(collection, user_id, document_id, lambda _: own_fields(body), preconditions)

    async def patch(
        self, collection: str, user_id: str | None, document_id: str, body: Any, preconditions: Preconditions
    ) -> Document:
        """Merge a patch (RFC 7396) into a document's own fields."""

        def patched(data: JsonObject) -> JsonObject:
            patch = own_fields(body)
            check_patch(patch)
            return dict(merge_patch(data, patch))

        return await self._update(collection, user_id, document_id, patched, preconditions)

    async def delete(
        self, collection: str, user_id: str | None, document_id: str, preconditions: Preconditions
    ) -> Document:
        """Remove a document and answer what was removed."""
        rules = await self._rules(collection, user_id)
        check_verb(rules.delete, user_id)
        async for _ in attempts():
            document = await self._stored(collection, document_id)
            check_change(rules, rules.delete, user_id, document.owner_id)
            preconditions.check_write(document.version)
            if await self._store.delete(collection, document_id, document.version):
                self._tell(collection, document, None)
                return document
        raise AssertionError  # attempts() ends by itself

    async def _create(
        self, collection: str, user_id: str | None, bodies: list[Any], *, path: str
    ) -> list[Document]:
        rules = await self._rules(collection, user_id)
        check_verb(rules.create, user_id)
        if len(bodies) > MAX_BULK:
            raise TooLarge(f"At most {MAX_BULK} documents can be created at once; these are {len(bodies)}.")
        nested_arrays = (await self._mongo.engine()).nested_arrays
        checked = _check_all(bodies, nested_arrays=nested_arrays, path=path)
        now = in_milliseconds(self._now())
        documents = [Document(self._new_id(), user_id, 1, now, now, data) for data in checked]
        await self._store.insert(collection, documents)
        for document in documents:
            self._tell(collection, None, document)
        return documents

    async def _update(
        self,
        collection: str,
        user_id: str | None,
        document_id: str,
        change: Callable[[JsonObject], JsonObject],
        preconditions: Preconditions,
    ) -> Document:
        """Store the changed fields of the latest version; where another change came
        first, again with that one, unless the caller named the version he means."""
        rules = await self._rules(collection, user_id)
        check_verb(rules.update, user_id)
        nested_arrays = (await self._mongo.engine()).nested_arrays
        async for _ in attempts():
            document = await self._stored(collection, document_id)
            check_change(rules, rules.update, user_id, document.owner_id)
            preconditions.check_write(document.version)
            data = check_document(change(document.data), nested_arrays=nested_arrays)
            changed = replace(
                document,
                version=document.version + 1,
                updated_at=max(in_milliseconds(self._now()), document.updated_at),
                data=data,
            )
            if await self._store.replace(collection, changed, document.version):
                self._tell(collection, document, changed)
                return changed
        raise AssertionError  # attempts() ends by itself

    def _tell(self, collection: str, before: Document | None, after: Document | None) -> None:
        self._events.publish(DOCUMENT, document_event(collection, before, after))

    async def _rules(self, collection: str, user_id: str | None) -> Rules:
        return (await self._collections.find(collection, user_id)).rules

    async def _stored(self, collection: str, document_id: str) -> Document:
        document = await self._store.get(collection, document_id)
        if document is None:
            raise NotFound("There is no such document.")
        return document


def _check_all(bodies: list[Any], *, nested_arrays: bool, path: str) -> list[JsonObject]:
    """Every body as it can be stored. Raises one `InvalidValue` for all that are not."""
    checked: list[JsonObject] = []
    faults: list[Fault] = []
    for index, body in enumerate(bodies):
        here = path.format(index)
        try:
            checked.append(check_document(own_fields(body, here), nested_arrays=nested_arrays, path=here))
        except InvalidValue as problem:
            faults.extend(problem.errors)
    if faults:
        first = faults[0]
        raise InvalidValue(f"{first.path or 'the document'}: {first.message}", errors=faults[:100])
    return checked
