"""The last tab: the settings, whose forms come by `settings_form`; suspend, resume, restart, delete."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("/settings")
async def settings(request: Request, me: Me, backpack: Mine) -> Response:
    return page(request, "backpack/settings.html", me, tab="settings", backpack=backpack)


@router.put("/suspended")
async def suspend(
    request: Request, parts: Parts, me: Me, backpack: Mine, suspended: Annotated[bool, Form()]
) -> Response:
    await parts.backpacks.suspend(me.admin, backpack, suspended=suspended)
    text = "It is going to rest." if suspended else "It is coming back."
    return page(request, "fragments/toast.html", me, mood="good", title=backpack.title, text=text)


@router.post("/restart")
async def restart(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    await parts.backpacks.restart(me.admin, backpack)
    return page(
        request, "fragments/toast.html", me, mood="good", title=backpack.title, text="All its pods restart."
    )


@router.delete("")
async def delete(request: Request, parts: Parts, me: Me, backpack: Mine, typed: str = "") -> Response:
    try:
        await parts.backpacks.delete(me.admin, backpack, typed)
    except Invalid as error:
        return page(
            request,
            "backpack/delete_form.html",
            me,
            status=422,
            backpack=backpack,
            errors=error.fields,
        )
    return go(request, "/")
