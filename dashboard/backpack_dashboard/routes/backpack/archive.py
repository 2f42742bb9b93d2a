"""A whole backpack as one archive: take it away, or put one in."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.routes.endings import while_mine
from backpack_dashboard.routes.streams import passed_on, received

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("/archive")
async def archive(request: Request, me: Me, backpack: Mine) -> Response:
    return page(request, "backpack/archive.html", me, tab="archive", backpack=backpack)


@router.get("/export")
async def export(parts: Parts, me: Me, backpack: Mine) -> Response:
    opening = parts.transfers.get(me.admin, backpack, "/admin/export")
    return await passed_on(opening, download=True, through=lambda body: while_mine(parts, me, backpack, body))


@router.post("/import")
async def import_(
    request: Request, parts: Parts, me: Me, backpack: Mine, *, replace: bool = False, typed: str = ""
) -> Response:
    """An archive as the body, sent on while it comes; the volume of the backpack is its limit.
    `typed`: the backpack's name, where what is there is to be replaced."""
    if replace and typed.strip() != backpack.name:
        raise Invalid(f"Type {backpack.name} to replace what is in it.")
    chunks, length = received(request)
    body = while_mine(parts, me, backpack, chunks)
    params = {"replace": "true" if replace else "false"}
    outcome = await parts.transfers.send(
        me.admin, backpack, "/admin/import", body, length=length, params=params
    )
    return JSONResponse(outcome)
