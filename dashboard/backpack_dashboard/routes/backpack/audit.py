"""Who changed what inside a backpack."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
PAGE = 50


@router.get("/audit")
async def audit(request: Request, me: Me, backpack: Mine) -> Response:
    return page(request, "backpack/audit.html", me, tab="audit", backpack=backpack)


@router.get("/audit/list")
async def audit_list(
    request: Request, parts: Parts, me: Me, backpack: Mine, who: str = "", cursor: str = ""
) -> Response:
    inside = parts.connections.of(me.admin, backpack)
    found = await inside.call("audit.list", who=who.strip() or None, cursor=cursor or None, limit=PAGE)
    return page(
        request,
        "backpack/audit_list.html",
        me,
        backpack=backpack,
        entries=found["items"],
        cursor=found["nextCursor"],
        who=who,
        first=not cursor,
    )
