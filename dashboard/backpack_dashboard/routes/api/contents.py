"""A whole backpack: how much of it is used, and all of it as one archive."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from backpack_dashboard.routes.api.backpacks import ONE
from backpack_dashboard.routes.api.dependencies import DataMover, Reader, Theirs, room_to_stream
from backpack_dashboard.routes.api.inside_shapes import Imported, Usage
from backpack_dashboard.routes.api.releases import ZIP
from backpack_dashboard.routes.api.streams import while_theirs
from backpack_dashboard.routes.dependencies import Parts
from backpack_dashboard.routes.streams import passed_on, received

router = APIRouter(tags=["contents"])
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The archive.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(f"{ONE}/usage")
async def look_at_usage(by: Reader, parts: Parts, backpack: Theirs) -> Usage:
    """How much of it is used, and how its stores are."""
    return Usage.model_validate(await parts.connections.of(by.admin, backpack).call("stats"))


@router.get(f"{ONE}/export", response_class=Response, responses=_ARCHIVE, dependencies=[room_to_stream])
async def export(by: DataMover, parts: Parts, backpack: Theirs) -> Response:
    """Everything in it as a ZIP: users with the hashes of their passwords, collections,
    documents, files, the active release of the site. It is written while it is sent, so there
    is no length; one that was cut off is refused when it is imported."""
    opening = parts.transfers.get(by.admin, backpack, "/admin/export")
    return await passed_on(
        opening, download=True, through=lambda body: while_theirs(parts, by, backpack, body)
    )


@router.post(f"{ONE}/import", openapi_extra=ZIP, dependencies=[room_to_stream])
async def import_archive(
    request: Request,
    by: DataMover,
    parts: Parts,
    backpack: Theirs,
    *,
    replace: Annotated[bool, Query(description="Remove first what is in the backpack.")] = False,
) -> Imported:
    """Put an archive in: the body. It is looked at whole before anything changes (422). 409
    where the backpack has users, documents or files already, unless `replace`."""
    chunks, length = received(request)
    outcome = await parts.transfers.send(
        by.admin,
        backpack,
        "/admin/import",
        while_theirs(parts, by, backpack, chunks),
        length=length,
        params={"replace": "true" if replace else "false"},
    )
    return Imported.model_validate(outcome)
