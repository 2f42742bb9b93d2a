"""Administrators, for owners: invite, look at, disable."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.admins import Admin, check_new_admin
from backpack_dashboard.errors import Conflict, Invalid, NotFound
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import OwnerOnly, Parts

router = APIRouter()


@router.get("/admins")
async def admins(request: Request, parts: Parts, me: OwnerOnly) -> Response:
    return page(request, "admins.html", me, admins=parts.cluster.admins())


@router.post("/admins")
async def invite(
    request: Request,
    parts: Parts,
    me: OwnerOnly,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    display_name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "developer",
) -> Response:
    """A new account, and the link to send to its person."""
    values = {"name": name, "email": email, "display_name": display_name, "role": role}
    try:
        admin = await parts.accounts.create(check_new_admin(name, email, display_name, role))
    except Invalid as error:
        return page(request, "fragments/invite_form.html", me, status=422, errors=error.fields, values=values)
    link = await parts.invitations.make(admin)
    return page(request, "fragments/invited.html", me, admin=admin, link=link, admins=parts.cluster.admins())


@router.post("/admins/{admin}/invitation")
async def invite_again(request: Request, parts: Parts, me: OwnerOnly, admin: str) -> Response:
    """Another link for an account: also for whoever has forgotten his password."""
    found = _find(parts, admin)
    link = await parts.invitations.make(found)
    return page(request, "fragments/invited.html", me, admin=found, link=link, admins=parts.cluster.admins())


@router.put("/admins/{admin}/disabled")
async def disable(
    request: Request, parts: Parts, me: OwnerOnly, admin: str, disabled: Annotated[bool, Form()]
) -> Response:
    found = _find(parts, admin)
    if found.uid == me.admin.uid:
        raise Conflict("You can't disable yourself. Another owner can.")
    changed = await parts.accounts.set_disabled(found, disabled=disabled)
    return page(request, "fragments/admin_row.html", me, admin=changed)


def _find(parts: Parts, name: str) -> Admin:
    found = parts.cluster.admin(name)
    if found is None:
        raise NotFound("There is no such account any more.")
    return found
