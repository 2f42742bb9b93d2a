"""The public listener's application: routes, error answers and middleware, put together."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from backpack_api import error_answers
from backpack_api.middleware.imports import Imports
from backpack_api.middleware.keys import Keys
from backpack_api.middleware.origins import Origins
from backpack_api.middleware.request_context import RequestContext
from backpack_api.middleware.short_way import ShortWay
from backpack_api.routes import (
    auth,
    collections,
    docs,
    documents,
    files,
    health,
    problem_pages,
    site,
    site_client,
)
from backpack_api.routes.realtime import realtime_routes
from backpack_api.runtime import Runtime


def public_app(runtime: Runtime) -> ASGIApp:
    """Everything that is served on the public port."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers=error_answers.HANDLERS,
    )
    app.state.runtime = runtime
    app.router.routes.extend(
        [
            *documents.routes,
            *files.routes,
            *auth.router.routes,
            *collections.router.routes,
            *realtime_routes(runtime),
            *health.routes,
            *docs.routes,
            *problem_pages.routes,
            *site_client.routes,
            *site.routes,
        ]
    )
    runtime.metrics.know_routes(app.router.routes)
    key = runtime.settings.publishable_key
    short_way = ShortWay(app, documents.routes, error_answers.problem)
    imports = Imports(short_way, runtime.import_gate)
    keys = Keys(imports, runtime.live, key.get_secret_value() if key else None)
    return RequestContext(Origins(keys, runtime.live), "public", runtime.metrics.request)
