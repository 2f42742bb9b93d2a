"""Who may send the dashboard anything from a browser: only its own pages.

Sites of backpacks are sibling hosts that run other people's JavaScript, and `SameSite` takes
siblings for friends. So what could change something, or opens a socket, must come from the
dashboard's own origin. Programs have no cookie, and say no origin: they send a token.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Refuses unsafe requests and upgrades of other origins."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app, self._origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unsafe = scope["type"] == "websocket" or scope.get("method") not in _SAFE
        if unsafe and not self._ours(Headers(scope=scope)):
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
        if "authorization" in headers and "cookie" not in headers and not origins:
            return True
        return origins == [self._origin] and sites in ([], ["same-origin"])
