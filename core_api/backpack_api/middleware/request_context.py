"""The outermost layer: a request id, one log line, and a last net under the rest."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backpack_api.logs import FIELDS
from backpack_api.problems import UNEXPECTED, InternalError
from backpack_api.responses import ProblemResponse

_HEADER = b"x-request-id"
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_QUIET = frozenset({"/healthz", "/readyz"})
_STATUS_OF_ABORTED = 499
"""As nginx writes it: the client went away before there was an answer."""
_STATUS_OF_UPGRADE = 101
"""Unless it is refused: what is accepted answers past the middleware."""

Observe = Callable[[Scope, int, float], None]
"""Is told of each request that was answered: its scope, the status, and the seconds it took."""

log = logging.getLogger("backpack_api.requests")


class RequestContext:
    """Takes or makes `X-Request-Id`, answers and logs it. The query is not logged:
    it can hold keys and what people search for."""

    def __init__(self, app: ASGIApp, listener: str, observe: Observe | None = None) -> None:
        self._app = app
        self._listener = listener
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = scope["type"] == "websocket"
        request_id = _taken_or_made(scope)
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        began = time.perf_counter()
        status = _STATUS_OF_UPGRADE if socket else _STATUS_OF_ABORTED
        started = finished = False

        async def send_with_id(message: Message) -> None:
            nonlocal status, started, finished
            if message["type"].endswith("http.response.start"):
                started = True
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, request_id), _NO_SNIFFING]
            elif message["type"].endswith("http.response.body"):
                finished = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("unhandled error", extra={FIELDS: {"requestId": request_id.decode()}})
            if not started:
                await ProblemResponse(InternalError(UNEXPECTED))(scope, receive, send_with_id)
            elif not finished:
                raise  # the server closes the connection: the client must see that it was cut
        finally:
            seconds = time.perf_counter() - began
            if self._observe is not None:
                self._observe(scope, status, seconds)
            quiet = scope["path"] in _QUIET and status < 500
            log.log(
                logging.DEBUG if quiet else logging.INFO,
                "request",
                extra={
                    FIELDS: {
                        "requestId": request_id.decode(),
                        "listener": self._listener,
                        "method": scope.get("method", "GET"),
                        "path": scope["path"][:512],
                        "status": status,
                        "ms": round(seconds * 1000, 2),
                    }
                },
            )


def _taken_or_made(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _HEADER and _ACCEPTABLE.fullmatch(value):
            return bytes(value)
    return secrets.token_hex(12).encode()
