"""How errors are answered, on both listeners: problems, and what the framework raises."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backpack_api.logs import FIELDS
from backpack_api.problems import (
    UNEXPECTED,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    StoreUnavailable,
)
from backpack_api.responses import ProblemResponse

log = logging.getLogger("backpack_api.problems")


async def problem(request: Request, error: Exception) -> Response:
    """The answer to a problem; a store that is away is also logged."""
    assert isinstance(error, Problem)  # noqa: S101  as it was registered
    if isinstance(error, StoreUnavailable):
        cause = type(error.__cause__).__name__
        log.warning(error.detail, extra={FIELDS: {"requestId": request.state.request_id, "cause": cause}})
    return ProblemResponse(error)


async def _unexpected(_: Request, __: Exception) -> Response:
    return ProblemResponse(InternalError(UNEXPECTED))


async def _http_error(request: Request, error: Exception) -> Response:
    """What the framework itself raises: unknown paths and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return ProblemResponse(NotFound("There is nothing at this path."))
    if error.status_code == 405:
        allowed = ", ".join(sorted(_methods_at(request)))
        detail = f"{request.method} is not served at this path, but {allowed}."
        return ProblemResponse(MethodNotAllowed(detail, headers={"Allow": allowed}))
    if error.status_code < 500:
        return ProblemResponse(MalformedRequest(str(error.detail)))
    return ProblemResponse(InternalError(UNEXPECTED))


def _methods_at(request: Request) -> set[str]:
    """Every method of the path: the framework only knows those of the first route
    that matches it."""
    methods: set[str] = set()
    for route in request.app.router.routes:
        if isinstance(route, Route) and route.path_regex.match(request.scope["path"]):
            methods |= route.methods or set()
    return methods


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Problem: problem,
    HTTPException: _http_error,
    Exception: _unexpected,
}
"""By the exception, as Starlette and FastAPI take them."""
