"""New documents: alone or in an array, and once only where they come with a key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backpack_api.domain.collections import Collection
from backpack_api.domain.documents import MAX_FAULTS, Document, check_document, own_fields, storable
from backpack_api.domain.idempotency import RetryKey, print_of
from backpack_api.domain.indexes import Index
from backpack_api.domain.json_text import JsonObject, pointer_token
from backpack_api.domain.moments import in_milliseconds, parse_moment, rfc3339
from backpack_api.domain.schemas import Schema
from backpack_api.problems import Conflict, Fault, InvalidValue, TooLarge
from backpack_api.services.idempotency import IdempotencyService
from backpack_api.services.schemas import SchemaService
from backpack_api.stores.documents import DocumentStore, Duplicate
from backpack_api.stores.mongo import Mongo

MAX_BULK = 1000
MAX_BULK_FAULTS = 100

Tell = Callable[[str, Document | None, Document | None], None]


@dataclass(frozen=True, slots=True)
class Birth:
    """Where new documents go, and whose they are."""

    collection: Collection
    owner_id: str | None
    key: RetryKey | None


class DocumentCreation:
    """Checks and stores new documents, and tells of them."""

    def __init__(
        self,
        *,
        store: DocumentStore,
        schemas: SchemaService,
        idempotency: IdempotencyService,
        mongo: Mongo,
        tell: Tell,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._schemas = schemas
        self._idempotency = idempotency
        self._mongo = mongo
        self._tell = tell
        self._new_id = new_id
        self._now = now

    async def one(self, birth: Birth, body: Any) -> Document:
        """Store one document. Raises `InvalidValue`, and `Conflict` where a unique index
        refuses it."""
        if birth.key is None:
            return await self._store_one(birth, body)
        (document,) = await self._once(birth, body, lambda: self._store_one(birth, body))
        return document

    async def many(self, birth: Birth, bodies: list[Any]) -> list[Document]:
        """Store documents, in order; none where one of them is invalid. Raises `Conflict`
        where a unique index refuses one: those before it stay, and none after it is stored."""
        if len(bodies) > MAX_BULK:
            raise TooLarge(f"At most {MAX_BULK} documents can be created at once; these are {len(bodies)}.")
        if birth.key is None:
            return await self._store_many(birth, bodies)
        return await self._once(birth, bodies, lambda: self._store_many(birth, bodies))

    async def check(self, collection: Collection, data: JsonObject, path: str = "") -> JsonObject:
        """A document's own fields as they can be stored. Raises `InvalidValue` or `TooLarge`."""
        nested_arrays = (await self._mongo.engine()).nested_arrays
        return _checked(data, self._schemas.of(collection), nested_arrays=nested_arrays, path=path)

    async def refused(self, collection: Collection, document: Document) -> Conflict:
        """The problem of a document that a unique index refused, naming its fields."""
        index = await self._refusing(collection, document)
        if index is None:
            return Conflict(f"Another document of `{collection.name}` stood in the way. Try again.")
        message = f"is taken: another document of `{collection.name}` has it"
        faults = [Fault(_pointer(key.path.text), message) for key in index.keys]
        return Conflict(f"Another document has the same {_names(index)}.", errors=faults)

    async def _once(self, birth: Birth, body: Any, store: Callable[[], Any]) -> list[Document]:
        """Store with a key: whether now or by an earlier request, the documents are the same.
        Only when each was made is kept; the rest is in the request."""
        assert birth.key is not None  # noqa: S101

        async def action() -> JsonObject:
            stored = await store()
            documents: list[Document] = stored if isinstance(stored, list) else [stored]
            moments = [rfc3339(document.created_at) for document in documents]
            return {"createdAt": moments[:1] if len(set(moments)) == 1 else moments}

        request = print_of(f"create {birth.collection.name} {birth.owner_id}", body)
        outcome, _ = await self._idempotency.once(birth.key, request, action)
        bodies = body if isinstance(body, list) else [body]
        moments = outcome["createdAt"]
        if len(moments) != len(bodies):
            moments = moments * len(bodies)
        return [
            self._document(birth, storable(own_fields(one)), number, parse_moment(moment))
            for number, (one, moment) in enumerate(zip(bodies, moments, strict=True))
        ]

    async def _store_one(self, birth: Birth, body: Any) -> Document:
        data = await self.check(birth.collection, own_fields(body))
        document = self._document(birth, data, 0, in_milliseconds(self._now()))
        name = birth.collection.name
        try:
            await self._store.insert(name, document)
        except Duplicate:
            earlier = (await self._earlier(birth, [document])).get(document.id) if birth.key else None
            if earlier is None:
                raise await self.refused(birth.collection, document) from None
            return earlier
        self._tell(name, None, document)
        return document

    async def _store_many(self, birth: Birth, bodies: list[Any]) -> list[Document]:
        nested_arrays = (await self._mongo.engine()).nested_arrays
        checked = _check_all(bodies, self._schemas.of(birth.collection), nested_arrays=nested_arrays)
        now = in_milliseconds(self._now())
        documents = [self._document(birth, data, number, now) for number, data in enumerate(checked)]
        try:
            await self._insert(birth.collection.name, documents)
        except Duplicate as error:
            earlier = await self._earlier(birth, documents) if birth.key else {}
            if not earlier or documents[error.stored].id not in earlier:
                raise await self._refused_at(birth.collection, documents, error.stored) from None
            return await self._store_rest(birth.collection, documents, earlier)
        return documents

    async def _store_rest(
        self, collection: Collection, documents: list[Document], earlier: dict[str, Document]
    ) -> list[Document]:
        """Go on where an earlier try, with the same ids, was ended."""
        documents = [earlier.get(document.id, document) for document in documents]
        rest = [number for number, document in enumerate(documents) if document.id not in earlier]
        try:
            await self._insert(collection.name, [documents[number] for number in rest])
        except Duplicate as error:
            raise await self._refused_at(collection, documents, rest[error.stored]) from None
        return documents

    async def _insert(self, name: str, documents: Sequence[Document]) -> None:
        """Store them and tell of each that is stored. Raises `Duplicate`."""
        stored = len(documents)
        try:
            await self._store.insert_many(name, documents)
        except Duplicate as error:
            stored = error.stored
            raise
        finally:
            for document in documents[:stored]:
                self._tell(name, None, document)

    async def _refused_at(self, collection: Collection, documents: list[Document], at: int) -> Conflict:
        index = await self._refusing(collection, documents[at])
        reason = f"has the same {_names(index)} as another document" if index else "was refused"
        return Conflict(
            f"/{at}: {reason}; the documents before it are stored.",
            errors=[Fault(f"/{at}", reason)],
            members={"created": [document.to_json_object() for document in documents[:at]]},
        )

    async def _refusing(self, collection: Collection, document: Document) -> Index | None:
        unique = collection.unique_indexes
        return await self._store.refusing(collection.name, unique, document) if unique else None

    async def _earlier(self, birth: Birth, documents: Sequence[Document]) -> dict[str, Document]:
        """Those that a try with the same key has stored, as they were then. Raises
        `InvalidValue` where it was another request."""
        wanted = {document.id: document for document in documents}
        found = await self._store.get_many(birth.collection.name, list(wanted))
        for stored in found:
            document = wanted[stored.id]
            if stored.owner_id != document.owner_id or (stored.version == 1 and stored.data != document.data):
                message = "was used for another request; take a new key for each"
                raise InvalidValue(
                    f"The idempotency key {message}.", errors=[Fault("Idempotency-Key", message)]
                )
        return {
            stored.id: replace(wanted[stored.id], created_at=stored.created_at, updated_at=stored.created_at)
            for stored in found
        }

    def _document(self, birth: Birth, data: JsonObject, number: int, now: datetime) -> Document:
        key = birth.key
        id_ = self._new_id() if key is None else key.identifier(birth.collection.name, number)
        return Document(id_, birth.owner_id, 1, now, now, data)


def _checked(data: JsonObject, schema: Schema | None, *, nested_arrays: bool, path: str) -> JsonObject:
    data = check_document(data, nested_arrays=nested_arrays, path=path)
    if schema is not None:
        faults = [fault for _, fault in zip(range(MAX_FAULTS), schema.faults_of(data, path), strict=False)]
        if faults:
            raise _invalid(faults)
    return data


def _check_all(bodies: list[Any], schema: Schema | None, *, nested_arrays: bool) -> list[JsonObject]:
    """Every body as it can be stored. Raises one `InvalidValue` for all that are not."""
    checked: list[JsonObject] = []
    faults: list[Fault] = []
    for number, body in enumerate(bodies):
        here = f"/{number}"
        try:
            checked.append(_checked(own_fields(body, here), schema, nested_arrays=nested_arrays, path=here))
        except InvalidValue as problem:
            faults.extend(problem.errors)
    if faults:
        raise _invalid(faults[:MAX_BULK_FAULTS])
    return checked


def _invalid(faults: list[Fault]) -> InvalidValue:
    first = faults[0]
    return InvalidValue(f"{first.path or 'the document'}: {first.message}", errors=faults)


def _names(index: Index) -> str:
    return " and ".join(f"`{key.path.text}`" for key in index.keys)


def _pointer(path: str) -> str:
    return "".join(f"/{pointer_token(part)}" for part in path.split("."))
