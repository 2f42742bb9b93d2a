"""The list of a backpack's collections, and new ones."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.collections import DEFAULT_RULES, Rule
from backpack_dashboard.errors import BackpackRefused, BackpackUnavailable
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("/collections")
async def collections(request: Request, me: Me, backpack: Mine) -> Response:
    return page(
        request,
        "backpack/collections/collections.html",
        me,
        tab="collections",
        backpack=backpack,
        typed="",
        rules=DEFAULT_RULES,
    )


@router.get("/collection-list")
async def collection_list(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    """Beside `/collections` rather than below it: there every name may be a collection's."""
    found = await parts.collections.all(me.admin, backpack)
    return page(request, "backpack/collections/list.html", me, backpack=backpack, collections=found)


@router.get("/collections/{collection}/size")
async def size(request: Request, parts: Parts, me: Me, backpack: Mine, collection: str) -> Response:
    """By itself, as counting can take long; a list without a count is still a list."""
    try:
        found = await parts.collections.size(me.admin, backpack, collection)
    except (BackpackRefused, BackpackUnavailable):
        found = None
    return page(request, "backpack/collections/size.html", me, size=found)


@router.post("/collections")
async def create(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: Annotated[str, Form()] = "",
    read: Annotated[Rule, Form()] = "user",
    create: Annotated[Rule, Form()] = "user",
    update: Annotated[Rule, Form()] = "owner",
    delete: Annotated[Rule, Form()] = "owner",
) -> Response:
    rules = {"read": read, "create": create, "update": update, "delete": delete}
    try:
        await parts.collections.create(me.admin, backpack, collection.strip(), rules)
    except BackpackRefused as error:
        if error.status not in (409, 422):
            raise
        return page(
            request,
            "backpack/collections/new_form.html",
            me,
            status=422,
            backpack=backpack,
            typed=collection,
            rules=rules,
            errors={"collection": error.detail},
        )
    return go(request, f"{backpack.path}/collections/{collection.strip()}")
