"""`collections.*`: definitions, all of them. What the Backpack resource declares is changed
only there: 409."""

from typing import Any, Literal

from pydantic import Field

from backpack_api.domain.actors import ADMINISTRATOR
from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.domain.indexes import Index, parse_index
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rules
from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.operations import AdminOperations, Name, Paged
from backpack_api.runtime import Runtime

Verb = Literal["public", "user", "owner", "none"]


class OneCollection(Shape):
    collection: Name


class RuleChanges(Shape):
    """A verb that isn't named stays as it was."""

    read: Verb | None = None
    create: Verb | None = None
    update: Verb | None = None
    delete: Verb | None = None

    def after(self, rules: Rules) -> Rules:
        return Rules.from_json_object({**rules.to_json_object(), **self.model_dump(exclude_none=True)})


class IndexShape(Shape):
    keys: list[str]
    unique: bool = False


class NewCollection(OneCollection):
    rules: RuleChanges = RuleChanges()
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    indexes: list[IndexShape] = Field(default_factory=list)


class NewRules(OneCollection):
    rules: RuleChanges


class NewSchema(OneCollection):
    schema_: dict[str, Any] | None = Field(alias="schema")


class NewIndexes(OneCollection):
    indexes: list[IndexShape]


class CollectionOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._collections = runtime.collections

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("collections.list", Paged, self._list)
        operations.look("collections.stats", OneCollection, self._stats)
        operations.look("collections.indexes", OneCollection, self._indexes)
        which = ("collection",)
        operations.change("collections.create", NewCollection, self._create, target=which)
        operations.change("collections.drop", OneCollection, self._drop, target=which)
        operations.change("collections.setRules", NewRules, self._set_rules, target=which)
        operations.change("collections.setSchema", NewSchema, self._set_schema, target=which)
        operations.change("collections.setIndexes", NewIndexes, self._set_indexes, target=which)

    async def _list(self, fields: Paged) -> JsonObject:
        after = decode_cursor(fields.cursor) if fields.cursor is not None else ""
        found = [one for one in await self._collections.all() if one.name > after]
        page = found[: fields.limit]
        cursor = encode_cursor(page[-1].name) if len(found) > fields.limit else None
        return {"items": [one.to_definition() for one in page], "nextCursor": cursor}

    async def _stats(self, fields: OneCollection) -> JsonObject:
        size = (await self._collections.statistics(fields.collection, ADMINISTRATOR)).size
        return {"documents": size.documents, "dataBytes": size.data_bytes, "indexBytes": size.index_bytes}

    async def _indexes(self, fields: OneCollection) -> JsonObject:
        found = await self._collections.statistics(fields.collection, ADMINISTRATOR)
        items = [{**index.to_json_object(), "ready": ready} for index, ready in found.indexes]
        return {"items": items, "nextCursor": None}

    async def _create(self, fields: NewCollection) -> JsonObject:
        collection = await self._collections.create(
            fields.collection,
            ADMINISTRATOR,
            rules=fields.rules.after(Rules()),
            schema=fields.schema_,
            indexes=_parsed(fields.indexes),
        )
        return collection.to_definition()

    async def _drop(self, fields: OneCollection) -> JsonObject:
        return (await self._collections.drop(fields.collection)).to_definition()

    async def _set_rules(self, fields: NewRules) -> JsonObject:
        current = await self._collections.find(fields.collection, ADMINISTRATOR)
        rules = fields.rules.after(current.rules)
        return (await self._collections.set_rules(fields.collection, rules)).to_definition()

    async def _set_schema(self, fields: NewSchema) -> JsonObject:
        return (await self._collections.set_schema(fields.collection, fields.schema_)).to_definition()

    async def _set_indexes(self, fields: NewIndexes) -> JsonObject:
        indexes = _parsed(fields.indexes)
        return (await self._collections.set_indexes(fields.collection, indexes)).to_definition()


def _parsed(indexes: list[IndexShape]) -> list[Index]:
    return [
        parse_index(one.keys, unique=one.unique, path=f"/indexes/{number}")
        for number, one in enumerate(indexes)
    ]
