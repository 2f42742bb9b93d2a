"""A file's metadata and the content that belongs to it, read together."""

from collections.abc import Awaitable, Callable

from backpack_api.domain.file_requests import Wanted
from backpack_api.domain.files import StoredFile
from backpack_api.problems import StoreUnavailable
from backpack_api.stores.blobs import BlobReader, BlobStore

OPEN_TRIES = 3
"""How often a content is looked for that another write may just have replaced."""


async def read_content(
    get: Callable[[], Awaitable[StoredFile]], blobs: BlobStore, judge: Callable[[StoredFile], Wanted]
) -> tuple[StoredFile, Wanted, BlobReader | None]:
    """The file that `get` finds, what `judge` says is wanted of it, and its content, where
    it is wanted. The caller closes that."""
    for _ in range(OPEN_TRIES):
        file = await get()
        wanted = judge(file)
        content = await blobs.open(file.blob) if wanted.with_body else None
        if content is not None or not wanted.with_body:
            return file, wanted, content
        # Another write has replaced it meanwhile.
    raise StoreUnavailable("files volume")
