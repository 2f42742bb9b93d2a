"""Administrators, for owners: invite, look at, change, disable, sign out, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.admins import Admin, check_new_admin
from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import go, page
from backpack_dashboard.routes.dependencies import OwnerOnly, Parts
from backpack_dashboard.services import audit

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
    audit.done(me.admin, "admins.invite", admin, role=admin.role)
    link = await parts.invitations.make(admin)
    return page(request, "fragments/invited.html", me, admin=admin, link=link)


@router.get("/admins/new/form")
async def new(request: Request, me: OwnerOnly) -> Response:
    """An empty form, also where the last link was shown."""
    return page(request, "fragments/invite_form.html", me, values={})


@router.get("/admins/{admin}")
async def one(request: Request, parts: Parts, me: OwnerOnly, admin: str) -> Response:
    return await _one(request, parts, me, parts.admin_accounts.get(admin))


@router.post("/admins/{admin}/invitation")
async def invite_again(request: Request, parts: Parts, me: OwnerOnly, admin: str) -> Response:
    """Another link for an account: also for whoever has forgotten his password."""
    found = parts.admin_accounts.get(admin)
    link = await parts.invitations.make(found)
    audit.done(me.admin, "admins.link", found)
    return page(request, "fragments/invited.html", me, admin=found, link=link)


@router.put("/admins/{admin}/role")
async def change_role(
    request: Request, parts: Parts, me: OwnerOnly, admin: str, role: Annotated[str, Form()] = ""
) -> Response:
    changed = await parts.admin_accounts.change_role(me.admin, parts.admin_accounts.get(admin), role)
    return await _one(request, parts, me, changed)


@router.put("/admins/{admin}/disabled")
async def disable(
    request: Request, parts: Parts, me: OwnerOnly, admin: str, disabled: Annotated[bool, Form()]
) -> Response:
    found = parts.admin_accounts.get(admin)
    changed = await parts.admin_accounts.set_disabled(me.admin, found, disabled=disabled)
    return await _one(request, parts, me, changed)


@router.delete("/admins/{admin}/sessions")
async def end_sessions(request: Request, parts: Parts, me: OwnerOnly, admin: str) -> Response:
    found = parts.admin_accounts.get(admin)
    await parts.sessions.end_all(found, but=me.session)
    audit.done(me.admin, "admins.endSessions", found)
    return await _one(request, parts, me, found)


@router.delete("/admins/{admin}")
async def delete(request: Request, parts: Parts, me: OwnerOnly, admin: str, typed: str = "") -> Response:
    found = parts.admin_accounts.get(admin)
    try:
        await parts.admin_accounts.delete(me.admin, found, typed)
    except Invalid as error:
        return await _one(request, parts, me, found, status=422, errors=error.fields)
    if found.uid == me.admin.uid:
        return go(request, "/sign-in")
    told = {"mood": "good", "title": found.display_name, "text": "The account is deleted."}
    return page(request, "fragments/toast.html", me, status=200, headers={"HX-Reswap": "none"}, **told)


async def _one(request: Request, parts: Parts, me: OwnerOnly, admin: Admin, **answer: Any) -> Response:
    sessions = await parts.sessions.of(admin)
    return page(request, "fragments/admin.html", me, admin=admin, sessions=sessions, **answer)
