"""Signing in and out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.errors import Invalid, SignInNeeded, TooManyTries
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes import cookies
from backpack_dashboard.routes.dependencies import Address, Me, Parts, signed_in
from backpack_dashboard.services import audit

router = APIRouter()
_OUR_PATH = re.compile(r"/(?![/\\])[^\\\s]*")


@router.get("/sign-in")
async def form(request: Request, parts: Parts, next: str = "/") -> Response:  # noqa: A002  as it is in the URL
    try:
        await signed_in(request, parts)
    except SignInNeeded:
        return page(
            request,
            "sign_in.html",
            email="",
            next=_ours(next),
            registration=parts.settings.registration == "open",
        )
    return go(request, _ours(next))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    parts: Parts,
    address: Address,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    try:
        token = await parts.accounts.sign_in(email, password, address, request.headers.get("user-agent", ""))
    except (Invalid, TooManyTries) as error:
        return page(
            request,
            "fragments/sign_in_form.html",
            status=error.status,
            problem=error.detail,
            email=email,
            next=_ours(next),
        )
    answer = go(request, _ours(next))
    cookies.give(answer, token, parts.settings)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, parts: Parts, me: Me) -> Response:
    await parts.sessions.end(me.session)
    audit.done(me.admin, "signOut", me.admin)
    answer = go(request, "/sign-in")
    cookies.take(answer, parts.settings)
    return answer


def _ours(path: str) -> str:
    """A path of the dashboard; anything else could lead people elsewhere."""
    return path if _OUR_PATH.fullmatch(path) else "/"
