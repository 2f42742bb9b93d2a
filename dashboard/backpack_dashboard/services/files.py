"""The files in a backpack, with whom they belong to, and the beginnings of texts."""

import asyncio
from typing import Any

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.files import PREVIEW_BYTES
from backpack_dashboard.errors import BackpackRefused
from backpack_dashboard.services.admin_connection import AdminConnection, AdminConnections
from backpack_dashboard.services.transfers import Transfers

File = dict[str, Any]


class Files:
    """`owner` is added to each file: the user's e-mail address, or his id once he is gone."""

    def __init__(self, connections: AdminConnections, transfers: Transfers) -> None:
        self._connections, self._transfers = connections, transfers

    async def list(
        self, admin: Admin, backpack: Backpack, *, bucket: str | None, cursor: str | None, limit: int
    ) -> tuple[list[File], str | None]:
        """Files in the order of their creation, and where the next ones are."""
        inside = self._connections.of(admin, backpack)
        found = await inside.call("files.list", bucket=bucket, cursor=cursor, limit=limit)
        ids = sorted({file["ownerId"] for file in found["items"]})
        owners = dict(zip(ids, await asyncio.gather(*(_owner(inside, id_) for id_ in ids)), strict=True))
        return [{**file, "owner": owners[file["ownerId"]]} for file in found["items"]], found["nextCursor"]

    async def get(self, admin: Admin, backpack: Backpack, file_id: str) -> File:
        inside = self._connections.of(admin, backpack)
        file: File = await inside.call("files.get", fileId=file_id)
        return {**file, "owner": await _owner(inside, file["ownerId"])}

    async def delete(self, admin: Admin, backpack: Backpack, file_id: str) -> File:
        """The metadata that was."""
        file: File = await self._connections.of(admin, backpack).call("files.delete", fileId=file_id)
        return file

    async def beginning(self, admin: Admin, backpack: Backpack, file: File) -> str:
        """The first `PREVIEW_BYTES` as text, whatever they are."""
        if file["size"] == 0:
            return ""
        headers = {"Range": f"bytes=0-{PREVIEW_BYTES - 1}"}
        async with self._transfers.get(admin, backpack, f"/admin/files/{file['id']}", headers) as answer:
            return (await answer.content.read()).decode(errors="replace")


async def _owner(inside: AdminConnection, user_id: str) -> str:
    try:
        user = await inside.call("users.get", userId=user_id)
    except BackpackRefused as error:
        if error.status == 404:
            return user_id
        raise
    return str(user["email"])
