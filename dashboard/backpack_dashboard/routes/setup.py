"""The first owner, by the one-time set-up link."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_contract.admins import OWNER
from backpack_dashboard.domain.admins import check_new_admin
from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes import cookies
from backpack_dashboard.routes.dependencies import Address, Parts

router = APIRouter()


@router.get("/setup")
async def form(request: Request, parts: Parts) -> Response:
    return page(request, "setup.html", values={}, min_length=parts.settings.password_min_length)


@router.post("/setup")
async def redeem(
    request: Request,
    parts: Parts,
    address: Address,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    try:
        new = check_new_admin(name, email, display_name, OWNER)
        admin = await parts.setup.redeem(token, new, password, address)
    except Invalid as error:
        return page(
            request,
            "fragments/setup_form.html",
            status=422,
            errors=error.fields,
            problem=error.detail,
            values={"name": name, "email": email, "display_name": display_name},
            min_length=parts.settings.password_min_length,
        )
    answer = go(request, "/")
    cookies.give(
        answer, await parts.sessions.begin(admin, request.headers.get("user-agent", "")), parts.settings
    )
    return answer
