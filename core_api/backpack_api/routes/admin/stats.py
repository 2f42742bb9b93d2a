"""`stats`: a backpack at a glance."""

import asyncio
import time

from backpack_api.domain.actors import ADMINISTRATOR
from backpack_api.domain.json_text import JsonObject
from backpack_api.routes.admin.operations import AdminOperations
from backpack_api.runtime import Runtime
from backpack_api.sockets.operations import Nothing
from backpack_contract.version import VERSION


class StatsOperation:
    """The handler."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._began = time.monotonic()

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("stats", Nothing, self._stats)

    async def _stats(self, _: Nothing) -> JsonObject:
        runtime = self._runtime
        users, files, site, collections, stores = await asyncio.gather(
            runtime.users.count(),
            runtime.file_administration.totals(),
            runtime.sites.releases(),
            self._collections(),
            runtime.health.states(),
        )
        active = next((one["id"] for one in site if one["active"]), None)
        return {
            "version": VERSION,
            "generation": runtime.configuration.generation,
            "uptimeSeconds": round(time.monotonic() - self._began),
            "stores": stores,
            "users": users,
            "collections": collections,
            "files": {"count": files.count, "bytes": files.bytes, "freeBytes": files.free_bytes},
            "site": {"releases": len(site), "active": active},
            "sockets": len(runtime.realtime.hub),
        }

    async def _collections(self) -> JsonObject:
        # One after the other: there can be 200, and this is never urgent.
        collections = self._runtime.collections
        found = [
            (await collections.statistics(one.name, ADMINISTRATOR)).size for one in await collections.all()
        ]
        return {
            "count": len(found),
            "documents": sum(size.documents for size in found),
            "dataBytes": sum(size.data_bytes for size in found),
        }
