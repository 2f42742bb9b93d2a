"""Who may send the dashboard anything from a browser: only its own pages.

Sites of backpacks are sibling hosts that run other people's JavaScript, and `SameSite` takes
siblings for friends. So what could change something, or opens a socket, must come from the
dashboard's own origin. The API for programs takes no cookie at all, so that nothing that a
browser adds by itself opens it: there the token is asked for, and the origin isn't.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/v1/"


class Origins:
    """Refuses unsafe requests and upgrades of other origins."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app, self._origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unsafe = scope["type"] == "websocket" or scope.get("method") not in _SAFE
        program = scope["type"] == "http" and scope["path"].startswith(API)
        if unsafe and not program and not self._ours(Headers(scope=scope)):
            detail = "Only pages of the dashboard itself may do this. Open the dashboard, and try it there."
            answer = JSONResponse(
                {"type": "about:blank", "title": "Not allowed", "status": 403, "detail": detail},
                status_code=403,
                media_type="application/problem+json",
            )
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4003, "reason": "foreign origin"})
                return
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        return origins == [self._origin] and sites in ([], ["same-origin"])
