"""What the pods of a backpack write, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.pod_logs import COMPONENTS
from backpack_dashboard.pages.render import html, page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.routes.sockets import stream
from backpack_dashboard.services.pod_logs import Find, Found, PodLogs, Wanted

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
live = APIRouter(prefix="/live/backpacks/{namespace}/{name}")
KEPT = 1000
"""Lines on a page."""


def wanted_of(component: str, pod: str, *, previous: bool) -> Wanted:
    """What the URL asks for; the first component where it names none."""
    known = component if component in dict(COMPONENTS) else COMPONENTS[0][0]
    return Wanted(known, pod, previous)


@router.get("/logs")
async def logs(
    request: Request, me: Me, backpack: Mine, component: str = "", pod: str = "", *, previous: bool = False
) -> Response:
    """The page itself asks nothing of the cluster; what there is comes by its socket."""
    wanted = wanted_of(component, pod, previous=previous)
    shown: dict[str, Any] = {"components": COMPONENTS, "wanted": wanted, "kept": KEPT}
    return page(request, "backpack/logs.html", me, tab="logs", backpack=backpack, **shown)


@live.websocket("/logs")
async def logs_live(
    socket: WebSocket,
    parts: Parts,
    me: Me,
    backpack: Mine,
    component: str = "",
    pod: str = "",
    *,
    previous: bool = False,
) -> None:
    def find() -> Backpack:
        return parts.access.backpack(me.admin, *backpack.key)

    wanted = wanted_of(component, pod, previous=previous)
    shown = {"backpack": backpack, "wanted": wanted, "kept": KEPT}
    await stream(socket, parts, me, _texts(parts.pod_logs, find, wanted, shown))


async def _texts(logs: PodLogs, find: Find, wanted: Wanted, shown: dict[str, Any]) -> AsyncGenerator[str]:
    """First an empty list, so that a page that was away holds nothing twice."""
    yield html("backpack/log_lines.html", **shown, lines=[], first=True)
    async with aclosing(logs.follow(find, wanted)) as comes:
        async for one in comes:
            if isinstance(one, Found):
                yield html("backpack/log_replicas.html", **shown, found=one)
            else:
                yield html("backpack/log_lines.html", **shown, lines=one, first=False)
