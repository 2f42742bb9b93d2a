"""What routes of the API ask for: whose token it is, with the scope that the route needs, and
which backpack the path names. A cookie counts for nothing here."""

import logging
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.tokens import DATA, DEPLOY, READ, USERS, WRITE
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.routes.dependencies import Address, Parts
from backpack_dashboard.services.tokens import Caller

log = logging.getLogger(__name__)

_LOOKS = frozenset({"GET", "HEAD"})
_BEARER = HTTPBearer(
    scheme_name="token",
    auto_error=False,
    bearerFormat="bpt_ADMIN_ID_SECRET",
    description="A personal access token, made at the dashboard's page Account.",
)


async def called_by(
    request: Request,
    scopes: SecurityScopes,
    parts: Parts,
    address: Address,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """Raises `SignInNeeded`, `TooManyTries`, and `Forbidden` where a scope is missing. Looks
    for the token once in a request, however many ask."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        caller = await parts.tokens.find(given.credentials if given else None, address)
        request.state.caller = caller
        if request.method not in _LOOKS:
            log.info("a program changes something", extra={FIELDS: _told(request, caller)})
    for scope in scopes.scopes:
        caller.need(scope)
    return caller


def _told(request: Request, caller: Caller) -> dict[str, str]:
    """Who it is, and what it is about to do: no query and no body, which may hold anything."""
    return {
        "admin": caller.admin.name,
        "token": caller.token.id,
        "method": request.method,
        "path": request.url.path,
    }


async def visible(
    caller: Annotated[Caller, Security(called_by)],
    parts: Parts,
    namespace: Annotated[str, Path(description="The namespace of the Backpack.")],
    name: Annotated[str, Path(description="The name of the Backpack.")],
) -> Backpack:
    return parts.access.backpack(caller.admin, namespace, name)


may_read = Security(called_by, scopes=[READ])
may_write = Security(called_by, scopes=[WRITE])
may_deploy = Security(called_by, scopes=[DEPLOY])
may_keep_users = Security(called_by, scopes=[USERS])
may_move_data = Security(called_by, scopes=[DATA])
"""That the token has this scope. Each route asks for one of them, and `scopes` of its
description says which."""

Reader = Annotated[Caller, may_read]
Writer = Annotated[Caller, may_write]
Deployer = Annotated[Caller, may_deploy]
UserKeeper = Annotated[Caller, may_keep_users]
DataMover = Annotated[Caller, may_move_data]
"""The same, and whose token it is."""

Theirs = Annotated[Backpack, Depends(visible)]
"""The backpack that the path names, if the token's admin may see it; else 404."""


async def room_for(caller: Annotated[Caller, Security(called_by)], parts: Parts) -> None:
    parts.tokens.check_room(caller)


room_to_stream = Depends(room_for)
"""That the account hasn't too many streams open: for routes that go on for a while."""
