"""The public listener's application: routes, error answers and middleware, put together."""

import logging

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from backpack_api.logs import FIELDS
from backpack_api.middleware.origins import Origins
from backpack_api.middleware.request_context import RequestContext
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
from backpack_api.routes import auth, collections, documents, health, site
from backpack_api.routes.requests import cookie_name
from backpack_api.runtime import Runtime

log = logging.getLogger("backpack_api.problems")


def public_app(runtime: Runtime) -> ASGIApp:
    """Everything that is served on the public port."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={Problem: _problem, HTTPException: _http_error, Exception: _unexpected},
    )
    app.state.runtime = runtime
    app.router.routes.extend(
        [*documents.routes, *auth.router.routes, *collections.router.routes, *health.routes, *site.routes]
    )
    configuration = runtime.configuration
    origins = Origins(
        app,
        frozenset({configuration.site_origin, configuration.api_origin}),
        cookie_name(secure=configuration.secure_cookies),
    )
    return RequestContext(origins, "public")


async def _problem(request: Request, error: Exception) -> Response:
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
