"""The application: routes, error answers and middleware, put together."""

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from backpack_dashboard.errors import DashboardError
from backpack_dashboard.middleware.bodies import Bodies
from backpack_dashboard.middleware.origins import Origins
from backpack_dashboard.middleware.security_headers import SecurityHeaders
from backpack_dashboard.routes import (
    account,
    admins,
    backpacks,
    error_answers,
    health,
    invitation,
    live,
    registration,
    setup,
    sign_in,
    static,
    tokens,
)
from backpack_dashboard.routes.api.application import api_application
from backpack_dashboard.routes.backpack import (
    archive,
    audit,
    collections,
    definitions,
    documents,
    files,
    live_documents,
    logs,
    overview,
    settings,
    settings_form,
    site,
    usage,
    users,
)
from backpack_dashboard.routes.dependencies import visitor_of
from backpack_dashboard.runtime import Runtime

ROUTERS = (
    health.router,
    static.router,
    setup.router,
    sign_in.router,
    invitation.router,
    registration.router,
    account.router,
    tokens.router,
    admins.router,
    backpacks.router,
    overview.router,
    site.router,
    users.router,
    collections.router,
    definitions.router,
    documents.router,
    live_documents.router,
    files.router,
    usage.router,
    audit.router,
    archive.router,
    logs.router,
    logs.live,
    settings.router,
    settings_form.router,
    live.router,
)
"""Every route of the dashboard; tests walk them all."""


def dashboard_app(runtime: Runtime) -> ASGIApp:
    """Everything that is served at the dashboard's address."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers=error_answers.HANDLERS,
    )
    app.state.runtime = runtime
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/api/v1", api_application(runtime))

    async def signed_in(connection: HTTPConnection) -> bool:
        try:
            await visitor_of(connection, runtime)
        except DashboardError:
            return False
        return True

    guarded = Origins(Bodies(app, signed_in), runtime.settings.public_url)
    return SecurityHeaders(guarded, secure=runtime.settings.secure)
