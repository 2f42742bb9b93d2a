"""`files.*`: files, whoever they belong to."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.operations import AdminOperations, Name, Paged, page_of
from backpack_api.runtime import Runtime


class FileList(Paged):
    bucket: Name | None = None
    userId: Name | None = None  # noqa: N815  as it is on the wire


class OneFile(Shape):
    fileId: Name  # noqa: N815


class FileOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._files = runtime.files
        self._administration = runtime.file_administration

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("files.list", FileList, self._list)
        operations.look("files.get", OneFile, self._get)
        operations.change("files.delete", OneFile, self._delete, target=("fileId",))

    async def _list(self, fields: FileList) -> JsonObject:
        page = await self._files.page(
            owner_id=fields.userId, bucket=fields.bucket, limit=fields.limit, cursor=fields.cursor
        )
        return page_of(page.items, page.next_cursor)

    async def _get(self, fields: OneFile) -> JsonObject:
        return (await self._administration.get(fields.fileId)).to_json_object()

    async def _delete(self, fields: OneFile) -> JsonObject:
        return (await self._administration.delete(fields.fileId)).to_json_object()
