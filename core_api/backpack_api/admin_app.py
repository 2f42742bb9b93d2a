"""The admin listener's application: routes, error answers and the gate in front of them."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from backpack_api import error_answers
from backpack_api.middleware.administrators import AdministratorsOnly
from backpack_api.middleware.request_context import RequestContext
from backpack_api.routes.admin import (
    archives,
    configuration,
    file_contents,
    metrics,
    releases,
    store_credentials,
)
from backpack_api.routes.admin.socket import socket_routes
from backpack_api.routes.health import healthz
from backpack_api.runtime import Runtime


def admin_app(runtime: Runtime) -> ASGIApp:
    """Everything that is served on the admin port."""
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            *metrics.routes,
            *configuration.routes,
            *store_credentials.routes,
            *releases.routes,
            *archives.routes,
            *file_contents.routes,
            *socket_routes(runtime),
        ],
        exception_handlers=error_answers.HANDLERS,
    )
    app.router.redirect_slashes = False
    runtime.metrics.know_routes(app.routes)
    app.state.runtime = runtime
    gate = AdministratorsOnly(app, runtime.admin.tokens)
    return RequestContext(gate, "admin", runtime.metrics.request)
