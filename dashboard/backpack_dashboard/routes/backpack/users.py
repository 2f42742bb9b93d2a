"""The users of a backpack's application."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.services.backpack_users import BackpackUsers, User
from backpack_dashboard.services.sessions import Visitor

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
PAGE = 50
CHANGED = {"HX-Trigger": "users-changed"}
"""Has the page load its list again."""


def the_users(parts: Parts, me: Me, backpack: Mine) -> BackpackUsers:
    return BackpackUsers(backpack, parts.connections.of(me.admin, backpack))


Users = Annotated[BackpackUsers, Depends(the_users)]


@router.get("/users")
async def users(request: Request, me: Me, backpack: Mine) -> Response:
    """The page itself asks for nothing of the backpack, so that it is there at once, also
    where the backpack doesn't answer; the list comes by `/users/list`."""
    return page(request, "backpack/users.html", me, tab="users", backpack=backpack, email="")


@router.get("/users/list")
async def users_list(
    request: Request, me: Me, backpack: Mine, inside: Users, search: str = "", cursor: str = ""
) -> Response:
    found = await inside.page(search, cursor, PAGE)
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


@router.post("/users")
async def create(
    request: Request,
    me: Me,
    backpack: Mine,
    inside: Users,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    try:
        user, made = await inside.create(email, password)
    except Invalid as error:
        shown: dict[str, Any] = {"backpack": backpack, "email": email, "errors": error.fields}
        return page(request, "backpack/new_user_form.html", me, status=422, **shown)
    shown = {"email": user["email"], "password": made, "fresh_account": True}
    return page(request, "backpack/user_password.html", me, headers=CHANGED, **shown)


@router.get("/users/new")
async def new(request: Request, me: Me, backpack: Mine) -> Response:
    """An empty form, also where the last password was shown."""
    return page(request, "backpack/new_user_form.html", me, backpack=backpack, email="")


@router.get("/users/{user_id}")
async def one(request: Request, me: Me, backpack: Mine, inside: Users, user_id: str) -> Response:
    return _one(request, me, backpack, await inside.get(user_id))


@router.put("/users/{user_id}/disabled")
async def disable(
    request: Request,
    me: Me,
    backpack: Mine,
    inside: Users,
    user_id: str,
    disabled: Annotated[bool, Form()],
) -> Response:
    await inside.set_disabled(user_id, disabled=disabled)
    return _one(request, me, backpack, await inside.get(user_id), headers=CHANGED)


@router.delete("/users/{user_id}/sessions")
async def end_sessions(request: Request, me: Me, backpack: Mine, inside: Users, user_id: str) -> Response:
    await inside.end_sessions(user_id)
    return _one(request, me, backpack, await inside.get(user_id))


@router.post("/users/{user_id}/password")
async def renew_password(
    request: Request,
    me: Me,
    backpack: Mine,
    inside: Users,
    user_id: str,
    password: Annotated[str, Form()] = "",
) -> Response:
    user = await inside.get(user_id)
    try:
        made = await inside.renew_password(user_id, password)
    except Invalid as error:
        return _one(request, me, backpack, user, status=422, errors=error.fields)
    shown = {"email": user["email"], "password": made, "fresh_account": False}
    return page(request, "backpack/user_password.html", me, **shown)


@router.delete("/users/{user_id}")
async def delete(
    request: Request, me: Me, backpack: Mine, inside: Users, user_id: str, typed: str = ""
) -> Response:
    try:
        user = await inside.delete(user_id, typed)
    except Invalid as error:
        user = await inside.get(user_id)
        return _one(request, me, backpack, user, status=422, errors=error.fields)
    text = "The account is deleted, and its files with it."
    headers = {**CHANGED, "HX-Reswap": "none"}
    return page(
        request, "fragments/toast.html", me, headers=headers, mood="good", title=user["email"], text=text
    )


def _one(request: Request, me: Visitor, backpack: Backpack, user: User, **answer: Any) -> Response:
    return page(request, "backpack/user.html", me, backpack=backpack, user=user, **answer)
