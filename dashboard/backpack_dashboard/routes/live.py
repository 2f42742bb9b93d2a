"""The sockets of open pages: fragments of HTML, whenever what they show has changed. What is
sent first is the whole, so that a page that was away is right again."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import APIRouter
from starlette.websockets import WebSocket

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import DashboardError
from backpack_dashboard.pages.render import html
from backpack_dashboard.routes.dependencies import Me, Mine, OwnerOnly, Parts
from backpack_dashboard.routes.sockets import stream
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.sessions import Visitor

router = APIRouter(prefix="/live")
BATCH_SECONDS = 0.1
"""What changes at the same time goes out together."""


@router.websocket("/backpacks")
async def backpacks(socket: WebSocket, parts: Parts, me: Me) -> None:
    await stream(socket, parts, me, _list(parts, me))


@router.websocket("/backpacks/{namespace}/{name}")
async def backpack(socket: WebSocket, parts: Parts, me: Me, backpack: Mine, tab: str = "") -> None:
    await stream(socket, parts, me, _one(parts, me, backpack, tab))


@router.websocket("/admins")
async def admins(socket: WebSocket, parts: Parts, me: OwnerOnly) -> None:
    await stream(socket, parts, me, _admins(parts, me))


async def _admins(parts: Runtime, me: Visitor) -> AsyncGenerator[str]:
    """The rows, alone: behind anything else a browser takes them for text."""
    shown: list[Admin] | None = None
    with parts.cluster.subscribe() as subscription:
        while True:
            now = parts.cluster.admins()
            if now != shown:
                yield html("fragments/admin_rows.html", admins=now, visitor=me)
                shown = now
            await subscription.changed()
            await asyncio.sleep(BATCH_SECONDS)


async def _list(parts: Runtime, me: Visitor) -> AsyncGenerator[str]:
    shown: list[tuple[str, str]] | None = None
    with parts.cluster.subscribe() as subscription:
        changed: set[tuple[str, str]] = set()
        while True:
            seen = parts.access.backpacks(me.admin)
            keys = [one.key for one in seen]
            # Rows alone: behind anything else a browser takes them for text.
            if keys != shown:
                yield html("fragments/backpack_rows.html", backpacks=seen)
            elif rows := [one for one in seen if one.key in changed]:
                yield "".join(html("fragments/backpack_row.html", backpack=one, oob=True) for one in rows)
            if not changed:
                yield html("fragments/freshness.html", fresh=parts.cluster.fresh)
            shown = keys
            changed = await subscription.changed()
            await asyncio.sleep(BATCH_SECONDS)


async def _one(parts: Runtime, me: Visitor, backpack: Backpack, tab: str) -> AsyncGenerator[str]:
    """Ends with the backpack, or when it is no longer the visitor's."""
    with parts.cluster.subscribe() as subscription:
        while True:
            try:
                now = parts.access.backpack(me.admin, *backpack.key)
            except DashboardError:
                yield html("fragments/backpack_gone.html", backpack=backpack)
                return
            happenings = parts.cluster.happenings(now)
            yield html(
                "fragments/backpack_state.html",
                backpack=now,
                tab=tab,
                happenings=happenings,
                fresh=parts.cluster.fresh,
            )
            while backpack.key not in (changed := await subscription.changed()) and changed:
                pass
            await asyncio.sleep(BATCH_SECONDS)
