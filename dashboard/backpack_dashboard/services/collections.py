"""The collections of a backpack: what they are and how they are defined."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.json_text import JsonObject
from backpack_dashboard.errors import Invalid, NotFound
from backpack_dashboard.services.admin_connection import NULL, AdminConnections

MOST = 200
"""Collections that a backpack can have."""


class Collections:
    """Everything raises `BackpackRefused` with the API's problem, or `BackpackUnavailable`."""

    def __init__(self, connections: AdminConnections) -> None:
        self._connections = connections

    async def all(self, admin: Admin, backpack: Backpack) -> list[JsonObject]:
        """By name: `{name, rules, schema, indexes, managed}`."""
        found = await self._connections.of(admin, backpack).call("collections.list", limit=MOST)
        items: list[JsonObject] = found["items"]
        return items

    async def find(self, admin: Admin, backpack: Backpack, name: str) -> JsonObject:
        """Raises `NotFound`."""
        for one in await self.all(admin, backpack):
            if one["name"] == name:
                return one
        raise NotFound(f"There is no collection `{name[:80]}`. It may have been dropped.")

    async def size(self, admin: Admin, backpack: Backpack, name: str) -> JsonObject:
        """`{documents, dataBytes, indexBytes}`."""
        return await self._call(admin, backpack, "collections.stats", name)

    async def indexes(self, admin: Admin, backpack: Backpack, name: str) -> list[JsonObject]:
        """`{keys, unique, ready}` of each."""
        items: list[JsonObject] = (await self._call(admin, backpack, "collections.indexes", name))["items"]
        return items

    async def create(self, admin: Admin, backpack: Backpack, name: str, rules: Mapping[str, str]) -> None:
        await self._call(admin, backpack, "collections.create", name, rules=dict(rules))

    async def set_rules(self, admin: Admin, backpack: Backpack, name: str, rules: Mapping[str, str]) -> None:
        await self._call(admin, backpack, "collections.setRules", name, rules=dict(rules))

    async def set_schema(
        self, admin: Admin, backpack: Backpack, name: str, schema: JsonObject | None
    ) -> None:
        given = NULL if schema is None else schema
        await self._call(admin, backpack, "collections.setSchema", name, schema=given)

    async def add_index(
        self, admin: Admin, backpack: Backpack, name: str, keys: Sequence[str], *, unique: bool
    ) -> None:
        """Beside those that are there. One over the same fields is replaced."""
        kept = await self._kept_indexes(admin, backpack, name, keys)
        indexes = [*kept, {"keys": list(keys), "unique": unique}]
        await self._call(admin, backpack, "collections.setIndexes", name, indexes=indexes)

    async def remove_index(self, admin: Admin, backpack: Backpack, name: str, keys: str) -> None:
        """`keys` as JSON: a field may have a comma in its name."""
        indexes = await self._kept_indexes(admin, backpack, name, _listed(keys))
        await self._call(admin, backpack, "collections.setIndexes", name, indexes=indexes)

    async def drop(self, admin: Admin, backpack: Backpack, name: str, typed: str) -> None:
        """Raises `Invalid` unless its name was typed."""
        if typed.strip() != name:
            raise Invalid("Nothing was dropped.", {"typed": f"Type `{name}`."})
        await self._call(admin, backpack, "collections.drop", name)

    async def _kept_indexes(
        self, admin: Admin, backpack: Backpack, name: str, keys: Sequence[str]
    ) -> list[JsonObject]:
        there = (await self.find(admin, backpack, name))["indexes"]
        return [one for one in there if one["keys"] != list(keys)]

    async def _call(
        self, admin: Admin, backpack: Backpack, operation: str, name: str, **fields: Any
    ) -> JsonObject:
        inside = self._connections.of(admin, backpack)
        answer: JsonObject = await inside.call(operation, collection=name, **fields)
        return answer


def _listed(text: str) -> list[str]:
    try:
        return [str(one) for one in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        raise Invalid("There is no such index. Load the page again.") from None
