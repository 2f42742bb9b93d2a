"""Releases of a backpack's site: upload, list, activate, go back, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from backpack_contract.limits import SITE_ARCHIVE_BYTES
from backpack_dashboard.routes.api.backpacks import ONE
from backpack_dashboard.routes.api.dependencies import Deployer, Reader, Theirs, room_to_stream
from backpack_dashboard.routes.api.inside_shapes import Release, ReleaseList
from backpack_dashboard.routes.api.streams import while_theirs
from backpack_dashboard.routes.dependencies import Parts
from backpack_dashboard.routes.streams import received
from backpack_dashboard.services.transfers import limited

router = APIRouter(tags=["releases"])
ZIP: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
ReleaseId = Annotated[str, Path(description="As the list has it.")]


@router.get(f"{ONE}/releases")
async def list_releases(by: Reader, parts: Parts, backpack: Theirs) -> ReleaseList:
    """The releases that are kept, the newest first."""
    return ReleaseList.model_validate(await parts.connections.of(by.admin, backpack).call("site.releases"))


@router.post(f"{ONE}/releases", status_code=201, openapi_extra=ZIP, dependencies=[room_to_stream])
async def upload_release(
    request: Request,
    by: Deployer,
    parts: Parts,
    backpack: Theirs,
    *,
    activate: Annotated[bool, Query(description="Show it at once; else it is only kept.")] = True,
) -> Release:
    """A new release: a ZIP of at most 256 MiB as the body, with `index.html` at its root. It is
    there as a whole or not at all; sending it again makes another one of the same content."""
    chunks, length = received(request)
    body = limited(chunks, length, SITE_ARCHIVE_BYTES, "The ZIP of a site")
    made = await parts.transfers.send(
        by.admin,
        backpack,
        "/admin/site/releases",
        while_theirs(parts, by, backpack, body),
        length=length,
        params={"activate": "true" if activate else "false"},
    )
    return Release.model_validate(made)


@router.post(f"{ONE}/releases/{{release_id}}/activate")
async def activate_release(by: Deployer, parts: Parts, backpack: Theirs, release_id: ReleaseId) -> Release:
    """Show this release: an older one is a step back, a newer one a step forward."""
    inside = parts.connections.of(by.admin, backpack)
    return Release.model_validate(await inside.call("site.activate", releaseId=release_id))


@router.delete(f"{ONE}/releases/{{release_id}}", status_code=204)
async def delete_release(by: Deployer, parts: Parts, backpack: Theirs, release_id: ReleaseId) -> None:
    """Delete a release. 409 for the active one: activate another one first."""
    await parts.connections.of(by.admin, backpack).call("site.delete", releaseId=release_id)
