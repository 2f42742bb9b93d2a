"""All backpacks that one may see, and a new one."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes.dependencies import Me, Parts

router = APIRouter()


@router.get("/")
async def backpacks(request: Request, parts: Parts, me: Me) -> Response:
    return page(
        request,
        "backpacks.html",
        me,
        backpacks=parts.access.backpacks(me.admin),
        room=parts.backpacks.room(me.admin),
    )


@router.get("/new")
async def new(request: Request, parts: Parts, me: Me) -> Response:
    return page(
        request,
        "new_backpack.html",
        me,
        values={"name": "", "display_name": ""},
        namespaces=parts.backpacks.namespaces(me.admin),
        room=parts.backpacks.room(me.admin),
        **_checked(parts, me, "", None),
    )


@router.get("/new/name")
async def check_name(
    request: Request, parts: Parts, me: Me, name: str = "", namespace: str | None = None
) -> Response:
    """Whether a name can be had, while it is typed."""
    return page(request, "fragments/name_check.html", me, **_checked(parts, me, name.strip(), namespace))


@router.post("/new")
async def create(
    request: Request,
    parts: Parts,
    me: Me,
    name: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    namespace: Annotated[str | None, Form()] = None,
) -> Response:
    place = namespace or parts.backpacks.namespaces(me.admin)[0]
    try:
        backpack = await parts.backpacks.create(me.admin, place, name, display_name)
    except Invalid as error:
        return page(
            request,
            "fragments/new_form.html",
            me,
            status=422,
            values={"name": name, "display_name": display_name},
            namespaces=parts.backpacks.namespaces(me.admin),
            room=parts.backpacks.room(me.admin),
            errors=error.fields or {"name": error.detail},
            **_checked(parts, me, name.strip(), place) | {"fault": None},
        )
    return go(request, backpack.path)


def _checked(parts: Parts, me: Me, name: str, namespace: str | None) -> dict[str, Any]:
    """What the line below the name says; nothing yet where nothing was typed."""
    offered = parts.backpacks.namespaces(me.admin)
    place = namespace if namespace in offered else offered[0]
    fault = parts.backpacks.name_fault(place, name) if name else None
    return {"name": name, "fault": fault, "address": parts.backpacks.address(name or "name")}
