"""The backpack's site: deploy a release, go back to another one."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from backpack_contract.limits import SITE_ARCHIVE_BYTES
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.routes.endings import while_mine
from backpack_dashboard.routes.streams import received
from backpack_dashboard.services.transfers import limited

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("/site")
async def site(request: Request, me: Me, backpack: Mine) -> Response:
    return page(
        request, "backpack/site.html", me, tab="site", backpack=backpack, most_bytes=SITE_ARCHIVE_BYTES
    )


@router.get("/site/list")
async def releases(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    found = await parts.connections.of(me.admin, backpack).call("site.releases")
    return page(request, "backpack/site_list.html", me, backpack=backpack, releases=found["items"])


@router.post("/site/releases")
async def deploy(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    """A ZIP as the body, sent on while it comes. The page's script asks for JSON."""
    chunks, length = received(request)
    body = limited(chunks, length, SITE_ARCHIVE_BYTES, "The ZIP of a site")
    release = await parts.transfers.send(
        me.admin, backpack, "/admin/site/releases", while_mine(parts, me, backpack, body), length=length
    )
    return JSONResponse(release, 201)


@router.post("/site/releases/{release_id}/activate")
async def activate(request: Request, parts: Parts, me: Me, backpack: Mine, release_id: str) -> Response:
    inside = parts.connections.of(me.admin, backpack)
    await inside.call("site.activate", releaseId=release_id)
    return await releases(request, parts, me, backpack)


@router.delete("/site/releases/{release_id}")
async def remove(request: Request, parts: Parts, me: Me, backpack: Mine, release_id: str) -> Response:
    inside = parts.connections.of(me.admin, backpack)
    await inside.call("site.delete", releaseId=release_id)
    return await releases(request, parts, me, backpack)
