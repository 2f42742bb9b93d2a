"""An account of one's own making, where the setting `registration` is open."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_contract.admins import DEVELOPER
from backpack_dashboard.domain.admins import check_new_admin
from backpack_dashboard.errors import Invalid, NotFound
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes import cookies
from backpack_dashboard.routes.dependencies import Address, Parts

router = APIRouter()


@router.get("/register")
async def form(request: Request, parts: Parts) -> Response:
    _open(parts)
    return page(request, "register.html", values={}, min_length=parts.settings.password_min_length)


@router.post("/register")
async def register(
    request: Request,
    parts: Parts,
    address: Address,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    _open(parts)
    try:
        new = check_new_admin(name, email, display_name, DEVELOPER)
        admin = await parts.accounts.register(new, password, address)
    except Invalid as error:
        return page(
            request,
            "fragments/register_form.html",
            status=422,
            errors=error.fields,
            problem=error.detail,
            values={"name": name, "email": email, "display_name": display_name},
            min_length=parts.settings.password_min_length,
        )
    token = await parts.sessions.begin(admin, request.headers.get("user-agent", ""))
    answer = go(request, "/")
    cookies.give(answer, token, parts.settings)
    return answer


def _open(parts: Parts) -> None:
    if parts.settings.registration != "open":
        raise NotFound("Accounts are made by invitation here. Ask an owner of the dashboard for one.")
