"""What routes ask for by its type: who is signed in, and which backpack the path names. Each
is refused here where it may not be had, so that no route can forget to."""

import hmac
from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.sessions import cookie_name
from backpack_dashboard.errors import Forbidden
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.sessions import Visitor

CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def the_runtime(connection: HTTPConnection) -> Runtime:
    runtime: Runtime = connection.app.state.runtime
    return runtime


Parts = Annotated[Runtime, Depends(the_runtime)]
"""The program's parts."""


async def visitor_of(connection: HTTPConnection, parts: Runtime) -> Visitor:
    """Whose cookie it is. Raises `SignInNeeded`."""
    return await parts.sessions.find(connection.cookies.get(cookie_name(secure=parts.settings.secure)))


async def signed_in(connection: HTTPConnection, parts: Parts) -> Visitor:
    """Raises `SignInNeeded`; `Forbidden` where something is to be changed without the
    session's own token."""
    visitor = await visitor_of(connection, parts)
    if connection.scope["type"] == "http" and connection.scope["method"] not in _SAFE:
        given = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), visitor.session.csrf.encode()):
            raise Forbidden("This page is out of date. Load it again, and repeat what you did.")
    return visitor


Me = Annotated[Visitor, Depends(signed_in)]
"""Whoever is signed in."""


def owner(me: Me, parts: Parts) -> Visitor:
    parts.access.owner(me.admin)
    return me


OwnerOnly = Annotated[Visitor, Depends(owner)]
"""Whoever is signed in, if he is an owner."""


def visible(
    me: Me, parts: Parts, namespace: Annotated[str, Path()], name: Annotated[str, Path()]
) -> Backpack:
    return parts.access.backpack(me.admin, namespace, name)


Mine = Annotated[Backpack, Depends(visible)]
"""The backpack that the path names, if the visitor may see it; else 404."""


def client_address(connection: HTTPConnection, parts: Parts) -> str | None:
    """The client's address, if it is known: without a trusted proxy, whoever connects is
    most likely one that stands for everybody."""
    if not parts.settings.trusted_proxies or connection.client is None:
        return None
    return connection.client.host


Address = Annotated[str | None, Depends(client_address)]
