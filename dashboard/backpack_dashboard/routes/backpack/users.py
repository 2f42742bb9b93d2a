"""The users of a backpack's application."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
PAGE = 50


@router.get("/users")
async def users(request: Request, me: Me, backpack: Mine) -> Response:
    """The page itself asks for nothing of the backpack, so that it is there at once, also
    where the backpack doesn't answer; the list comes by `/users/list`."""
    return page(request, "backpack/users.html", me, tab="users", backpack=backpack)


@router.get("/users/list")
async def users_list(
    request: Request, parts: Parts, me: Me, backpack: Mine, search: str = "", cursor: str = ""
) -> Response:
    inside = parts.connections.of(me.admin, backpack)
    found = await inside.call(
        "users.list", search=search.strip() or None, cursor=cursor or None, limit=PAGE, sort="-createdAt"
    )
    return page(
        request,
        "backpack/users_list.html",
        me,
        backpack=backpack,
        users=found["items"],
        cursor=found["nextCursor"],
        search=search,
        first=not cursor,
    )
