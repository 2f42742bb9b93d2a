"""`audit.list`: who changed what."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.routes.admin.operations import AdminOperations, Paged, page_of
from backpack_api.runtime import Runtime


class AuditList(Paged):
    who: str | None = None
    operation: str | None = None


class AuditOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._audit = runtime.admin.audit

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("audit.list", AuditList, self._list)

    async def _list(self, fields: AuditList) -> JsonObject:
        entries, cursor = await self._audit.page(
            limit=fields.limit, cursor=fields.cursor, who=fields.who, op=fields.operation
        )
        return page_of(entries, cursor)
