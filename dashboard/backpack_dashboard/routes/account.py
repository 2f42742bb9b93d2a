"""One's own account: the password, and where one is signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes.dependencies import Me, Parts

router = APIRouter()


@router.get("/account")
async def account(request: Request, parts: Parts, me: Me) -> Response:
    return page(request, "account.html", me, **await _shown(parts, me))


@router.post("/account/password")
async def change_password(
    request: Request,
    parts: Parts,
    me: Me,
    current: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
) -> Response:
    shown: dict[str, Any] = {"min_length": parts.settings.password_min_length}
    try:
        await parts.accounts.change_password(me.admin, me.session, current, new)
    except Invalid as error:
        return page(
            request, "fragments/password_form.html", me, status=422, errors=error.fields, done=False, **shown
        )
    return page(request, "fragments/password_form.html", me, done=True, **shown)


@router.delete("/account/sessions/{session_id}")
async def end_session(request: Request, parts: Parts, me: Me, session_id: str) -> Response:
    await parts.sessions.end_one_of(me.admin, session_id)
    if session_id == me.session.id:
        return go(request, "/sign-in")
    return page(request, "fragments/sessions.html", me, sessions=await parts.sessions.of(me.admin))


async def _shown(parts: Parts, me: Me) -> dict[str, Any]:
    return {
        "sessions": await parts.sessions.of(me.admin),
        "min_length": parts.settings.password_min_length,
        "done": False,
    }
