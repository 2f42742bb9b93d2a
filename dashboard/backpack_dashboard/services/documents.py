"""Single documents: read, written, and what to do where somebody else was quicker."""

from dataclasses import dataclass
from typing import Any

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.json_text import JsonObject
from backpack_dashboard.errors import BackpackRefused
from backpack_dashboard.services.admin_connection import AdminConnections


class Overtaken(Exception):
    """The document is at another version than the one that was edited."""

    def __init__(self, current: JsonObject) -> None:
        super().__init__(f"the document is at version {current['version']}")
        self.current = current


@dataclass(frozen=True, slots=True)
class Place:
    """Whose documents, and who asks."""

    admin: Admin
    backpack: Backpack
    collection: str


class Documents:
    """Everything raises `BackpackRefused` with the API's problem, or `BackpackUnavailable`."""

    def __init__(self, connections: AdminConnections) -> None:
        self._connections = connections

    async def get(self, place: Place, document_id: str) -> JsonObject:
        return await self._call(place, "docs.get", docId=document_id)

    async def create(self, place: Place, data: JsonObject, owner_id: str | None, key: str) -> JsonObject:
        """`key`: of the form; sent twice, it still makes one document."""
        return await self._call(place, "docs.create", data=data, ownerId=owner_id, key=key)

    async def replace(self, place: Place, document_id: str, data: JsonObject, version: int) -> JsonObject:
        """Raises `Overtaken`."""
        try:
            return await self._call(place, "docs.replace", docId=document_id, data=data, version=version)
        except BackpackRefused as error:
            if error.status != 412:
                raise
            raise Overtaken(await self.get(place, document_id)) from error

    async def delete(self, place: Place, document_id: str, version: int) -> None:
        """Raises `Overtaken`: one deletes what one has seen."""
        try:
            await self._call(place, "docs.delete", docId=document_id, version=version)
        except BackpackRefused as error:
            if error.status != 412:
                raise
            raise Overtaken(await self.get(place, document_id)) from error

    async def _call(self, place: Place, operation: str, **fields: Any) -> JsonObject:
        inside = self._connections.of(place.admin, place.backpack)
        answer: JsonObject = await inside.call(operation, collection=place.collection, **fields)
        return answer
