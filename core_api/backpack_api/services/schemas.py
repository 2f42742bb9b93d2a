"""Compiled schemas of collections, kept as long as their definitions."""

from collections import OrderedDict

from backpack_api.domain.collections import Collection
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.schemas import Schema

MAX_KEPT = 200


class SchemaService:
    """Schemas by collection."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[str, tuple[JsonObject, Schema]] = OrderedDict()

    def of(self, collection: Collection) -> Schema | None:
        """The collection's schema. Raises `InvalidValue` where it is none, so that nothing
        is written that it might not allow."""
        source = collection.schema
        if source is None:
            return None
        known = self._compiled.get(collection.name)
        if known is not None and (known[0] is source or known[0] == source):
            return known[1]
        schema = Schema(source)
        self._compiled[collection.name] = (source, schema)
        if len(self._compiled) > MAX_KEPT:
            self._compiled.popitem(last=False)
        return schema
