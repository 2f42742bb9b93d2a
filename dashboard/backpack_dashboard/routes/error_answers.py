"""Errors as answers: a page for who navigates, a toast for a fragment, a problem document
for a program and for what a page's script sends. The one place where an exception becomes a status."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketState

from backpack_dashboard.errors import (
    BackpackRefused,
    DashboardError,
    Forbidden,
    Invalid,
    NotFound,
    SignInNeeded,
    TooLarge,
    TooManyTries,
    Unavailable,
)
from backpack_dashboard.pages.render import html, page

SIGNED_OUT, NOT_ALLOWED, TRY_AGAIN = 4001, 4003, 1013
"""Close codes of sockets; static/app.js knows them."""

log = logging.getLogger(__name__)


async def told(connection: Request | WebSocket, error: DashboardError) -> Response | None:
    """None for a socket, which is closed with a code that says why."""
    if isinstance(connection, WebSocket):
        # Of one that was never accepted a browser is told no code, and tries again for ever.
        if connection.application_state is WebSocketState.CONNECTING:
            await connection.accept()
        await connection.close(_close_code(error), error.title)
        return None
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyTries) else {}
    if connection.url.path.startswith("/api/") or connection.headers.get("accept") == "application/json":
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": error.title,
            "status": error.status,
            "detail": error.detail,
        }
        if isinstance(error, Invalid) and error.fields:
            problem["errors"] = [{"path": k, "message": v} for k, v in error.fields.items()]
        if isinstance(error, BackpackRefused) and "errors" in error.problem:
            problem["errors"] = error.problem["errors"]
        if isinstance(error, SignInNeeded):
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(problem, error.status, headers, "application/problem+json")
    fragment = "hx-request" in connection.headers
    if isinstance(error, SignInNeeded):
        return _to_sign_in(connection, fragment=fragment)
    if fragment and connection.method == "GET":
        # In the place of what was asked for; what time mends asks again by itself.
        again = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
        text = html(
            "fragments/panel_error.html", error=error, again=again, patient=isinstance(error, Unavailable)
        )
        return Response(text, error.status, headers, "text/html")
    if fragment:
        text = html("fragments/toast.html", mood="bad", title=error.title, text=error.detail)
        return Response(text, error.status, {**headers, "HX-Reswap": "none"}, "text/html")
    return page(connection, "error.html", status=error.status, headers=headers, error=error)


async def no_such_page(connection: Request | WebSocket, error: HTTPException) -> Response | None:
    if error.status_code == 404:
        return await told(connection, NotFound())
    if error.status_code == 405:
        return await told(connection, NotFound("There is nothing here that can be changed so."))
    if error.status_code == 413:
        return await told(connection, TooLarge(str(error.detail)))
    return await told(connection, Invalid(str(error.detail)))


async def malformed(connection: Request | WebSocket, error: RequestValidationError) -> Response | None:
    fields = {str(one["loc"][-1]): str(one["msg"]) for one in error.errors()}
    program = connection.url.path.startswith("/api/")
    todo = "See `errors`, and /api/v1/openapi.json." if program else "Load the page again."
    return await told(connection, Invalid(f"The request isn't complete. {todo}", fields))


async def half_a_character(connection: Request | WebSocket, error: UnicodeEncodeError) -> Response | None:
    r"""A form in an odd encoding can hold a lone `\ud800`, which nothing can be answered with."""
    if error.encoding != "utf-8":
        return await broken(connection, error)
    return await told(connection, Invalid("There is half a character in what was sent. Write it anew."))


async def broken(connection: Request | WebSocket, error: Exception) -> Response | None:
    """A defect of ours; the traceback is logged by the server."""
    log.error("unhandled error", extra={"fields": {"path": connection.url.path}}, exc_info=error)
    return await told(connection, DashboardError("This is a defect of the dashboard. Its log says more."))


def _to_sign_in(request: Request, *, fragment: bool) -> Response:
    if fragment:
        return Response("", 401, {"HX-Redirect": "/sign-in"})
    wanted = request.url.path if request.method == "GET" else "/"
    place = "/sign-in" + (f"?next={quote(wanted)}" if wanted != "/" else "")
    return Response("", 303, {"Location": place})


def _close_code(error: DashboardError) -> int:
    if isinstance(error, SignInNeeded):
        return SIGNED_OUT
    return NOT_ALLOWED if isinstance(error, (NotFound, Forbidden)) else TRY_AGAIN


HANDLERS: dict[Any, Callable[..., Any]] = {
    DashboardError: told,
    HTTPException: no_such_page,
    RequestValidationError: malformed,
    UnicodeEncodeError: half_a_character,
    Exception: broken,
}
