"""The first tab: how it is, where it is, what happened. While it starts: how far it has come."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("")
async def overview(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    return page(
        request,
        "backpack/overview.html",
        me,
        tab="",
        backpack=backpack,
        happenings=parts.cluster.happenings(backpack),
    )
