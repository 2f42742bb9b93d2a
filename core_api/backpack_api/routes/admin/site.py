"""`site.*`: the releases of the site. A new one is a ZIP, and comes over HTTP (`releases`)."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.operations import AdminOperations, Name
from backpack_api.runtime import Runtime
from backpack_api.sockets.operations import Nothing


class OneRelease(Shape):
    releaseId: Name  # noqa: N815  as it is on the wire


class SiteOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._sites = runtime.sites

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("site.releases", Nothing, self._releases)
        operations.change("site.activate", OneRelease, self._activate, target=("releaseId",))
        operations.change("site.delete", OneRelease, self._delete, target=("releaseId",))

    async def _releases(self, _: Nothing) -> JsonObject:
        # All of them: there are never more than a setting and a rollback need.
        return {"items": await self._sites.releases(), "nextCursor": None}

    async def _activate(self, fields: OneRelease) -> JsonObject:
        return await self._sites.activate(fields.releaseId)

    async def _delete(self, fields: OneRelease) -> None:
        await self._sites.delete(fields.releaseId)
