"""The files that users of the application keep in a backpack."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from backpack_dashboard.domain.files import PREVIEW_BYTES, preview
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.routes.endings import while_mine
from backpack_dashboard.routes.streams import passed_on

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
PAGE = 50
_ASKED = ("range", "if-range", "if-none-match", "if-modified-since")


@router.get("/files")
async def files(request: Request, me: Me, backpack: Mine) -> Response:
    return page(request, "backpack/files.html", me, tab="files", backpack=backpack)


@router.get("/files/list")
async def files_list(
    request: Request, parts: Parts, me: Me, backpack: Mine, bucket: str = "", cursor: str = ""
) -> Response:
    found, after = await parts.files.list(
        me.admin, backpack, bucket=bucket.strip() or None, cursor=cursor or None, limit=PAGE
    )
    return page(
        request,
        "backpack/files_list.html",
        me,
        backpack=backpack,
        files=found,
        cursor=after,
        bucket=bucket,
        first=not cursor,
    )


@router.get("/files/{file_id}")
async def file(request: Request, parts: Parts, me: Me, backpack: Mine, file_id: str) -> Response:
    """What the dialog shows: its metadata, and its content where that is harmless to show."""
    found = await parts.files.get(me.admin, backpack, file_id)
    shown = preview(found["contentType"])
    text = await parts.files.beginning(me.admin, backpack, found) if shown == "text" else ""
    return page(
        request,
        "backpack/file.html",
        me,
        backpack=backpack,
        file=found,
        shown=shown,
        text=text,
        cut=found["size"] > PREVIEW_BYTES,
    )


@router.get("/files/{file_id}/content")
async def content(
    request: Request, parts: Parts, me: Me, backpack: Mine, file_id: str, download: bool = False
) -> Response:
    asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
    path = f"/admin/files/{quote(file_id, safe='')}"
    return await passed_on(
        parts.transfers.get(me.admin, backpack, path, asked),
        download=download,
        through=lambda body: while_mine(parts, me, backpack, body),
    )


@router.delete("/files/{file_id}")
async def remove(request: Request, parts: Parts, me: Me, backpack: Mine, file_id: str) -> Response:
    removed = await parts.files.delete(me.admin, backpack, file_id)
    return page(request, "backpack/file_removed.html", me, file=removed)
