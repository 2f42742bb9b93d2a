"""One's own personal access tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.tokens import LIFETIMES, SCOPES
from backpack_dashboard.errors import Invalid
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Parts

router = APIRouter()


@router.get("/account/tokens")
async def tokens(request: Request, parts: Parts, me: Me) -> Response:
    return await _shown(request, parts, me)


@router.post("/account/tokens")
async def make(
    request: Request,
    parts: Parts,
    me: Me,
    name: Annotated[str, Form()] = "",
    scope: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 90,
) -> Response:
    """The only answer that ever has the token."""
    try:
        made = await parts.tokens.make(me.admin, name, scope or [], days)
    except Invalid as error:
        return await _shown(request, parts, me, status=422, errors=error.fields, name=name)
    return await _shown(request, parts, me, made=made)


@router.delete("/account/tokens/{token_id}")
async def revoke(request: Request, parts: Parts, me: Me, token_id: str) -> Response:
    await parts.tokens.revoke(me.admin, token_id)
    return await _shown(request, parts, me)


async def _shown(
    request: Request, parts: Parts, me: Me, *, status: int = 200, made: str | None = None, **more: Any
) -> Response:
    shown: dict[str, Any] = {
        "tokens": await parts.tokens.of(me.admin),
        "made": made,
        "name": "",
        "scopes": SCOPES,
        "lifetimes": LIFETIMES,
    }
    return page(request, "fragments/tokens.html", me, status=status, **shown | more)
