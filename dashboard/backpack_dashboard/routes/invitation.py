"""The page of an invitation link: who has it chooses his password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes import cookies
from backpack_dashboard.routes.dependencies import Address, Parts

router = APIRouter()


@router.get("/invitation")
async def form(request: Request, parts: Parts) -> Response:
    return page(request, "invitation.html", min_length=parts.settings.password_min_length)


@router.post("/invitation")
async def redeem(
    request: Request,
    parts: Parts,
    address: Address,
    token: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    name, _, secret = token.partition(".")
    try:
        admin = await parts.invitations.redeem(name, secret, password, address)
    except Invalid as error:
        return page(
            request,
            "fragments/invitation_form.html",
            status=422,
            errors=error.fields,
            problem=error.detail,
            min_length=parts.settings.password_min_length,
        )
    answer = go(request, "/")
    cookies.give(
        answer, await parts.sessions.begin(admin, request.headers.get("user-agent", "")), parts.settings
    )
    return answer
