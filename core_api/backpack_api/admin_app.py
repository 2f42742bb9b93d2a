"""The admin listener's application. This version answers its health and nothing
else: no token is valid yet, so every other call is refused."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from backpack_api.middleware.request_context import RequestContext
from backpack_api.problems import NotSignedIn
from backpack_api.responses import ProblemResponse
from backpack_api.routes.health import healthz

_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def admin_app() -> ASGIApp:
    """Everything that is served on the admin port."""
    refuse = [Route("/{path:path}", _refused, methods=_EVERY_METHOD)]
    app = Starlette(
        routes=[Route("/healthz", healthz), *refuse], exception_handlers={HTTPException: _refused}
    )
    return RequestContext(app, "admin")


async def _refused(_: Request, __: Exception | None = None) -> Response:
    return ProblemResponse(NotSignedIn("Every call to the admin listener carries an administrator's token."))
