"""Who may call from a browser: CORS, and the Origin check.

Sibling hosts run other people's JavaScript, and `SameSite` takes siblings for
friends. So a request that could change something, or open a socket, must come from
an origin of this backpack: where it carries the session cookie, and wherever it
says its origin.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backpack_api.domain.origins import canonical_origin
from backpack_api.domain.sessions import cookie_name
from backpack_api.middleware.refusals import refuse
from backpack_api.problems import NotAllowed
from backpack_api.responses import ProblemResponse
from backpack_api.services.configuration import LiveConfiguration
from backpack_contract.configuration import BackpackConfiguration

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Idempotency-Key, Range, "
    "X-Backpack-Key, X-Request-Id"
)
_EXPOSED = "ETag, Retry-After, Content-Range, X-Request-Id, Date"
_PREFLIGHT_SECONDS = "600"


class Origins:
    """Answers preflights, adds CORS headers for allowed origins, and refuses unsafe
    requests and upgrades of others."""

    def __init__(self, app: ASGIApp, live: LiveConfiguration) -> None:
        self._app = app
        self._adopt(live.current)
        live.on_change(self._adopt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        given = headers.getlist("origin")
        # Two of them are no origin that is allowed, whichever comes first.
        origin = ", ".join(given) if given else None
        allowed = origin is not None and origin in self._allowed

        async def send_with_cors(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                message["headers"] = _varying(message.get("headers", ()))
                if allowed and origin is not None:
                    answer = MutableHeaders(scope=message)
                    answer["Access-Control-Allow-Origin"] = origin
                    answer["Access-Control-Allow-Credentials"] = "true"
                    answer["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        upgrade = scope["type"] == "websocket"
        method = "" if upgrade else scope["method"]
        if method == "OPTIONS" and origin is not None and "access-control-request-method" in headers:
            await self._preflight(allowed)(scope, receive, send_with_cors)
        elif method not in _SAFE and not allowed and (origin is not None or self._has_cookie(headers)):
            await refuse(NotAllowed(_refusal(origin)), scope, receive, send_with_cors)
        else:
            await self._app(scope, receive, send_with_cors)

    def _adopt(self, configuration: BackpackConfiguration) -> None:
        configured = (canonical_origin(text) for text in configuration.allowed_origins)
        self._allowed = frozenset(
            {configuration.site_origin, configuration.api_origin, *(one for one in configured if one)}
        )
        self._cookie = cookie_name(secure=configuration.secure_cookies)

    @staticmethod
    def _preflight(allowed: bool) -> Response:
        if not allowed:
            return ProblemResponse(NotAllowed("This origin may not call this backpack from a browser."))
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": _REQUEST_HEADERS,
                "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
                "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
            },
        )

    def _has_cookie(self, headers: Headers) -> bool:
        # Read as the session's lookup reads it: no spelling counts for one only.
        return any(self._cookie in cookie_parser(value) for value in headers.getlist("cookie"))


def _varying(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, which say that another origin would get another answer."""
    varying = list(headers)
    for index, (name, value) in enumerate(varying):
        if name == b"vary":
            varying[index] = (name, value + b", Origin")
            return varying
    varying.append((b"vary", b"Origin"))
    return varying


def _refusal(origin: str | None) -> str:
    if origin is None:
        return "A request with the session cookie that changes something needs an Origin header."
    return "This origin may not call this backpack: only its own hosts and its `allowedOrigins` may."
