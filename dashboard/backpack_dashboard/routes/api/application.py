"""The API as an application of its own: it describes itself, and knows tokens only."""

from typing import Any

from fastapi import FastAPI

from backpack_dashboard.routes import error_answers
from backpack_dashboard.routes.api import backpacks, contents, logs, me, releases, users
from backpack_dashboard.routes.api.shapes import Problem
from backpack_dashboard.runtime import Runtime

API_ROUTERS = (me.router, backpacks.router, releases.router, logs.router, users.router, contents.router)
"""Every route below /api/v1; tests walk them all."""

DESCRIPTION = """What programs do with backpacks: the `backpack` command line, CI, your own.

Every call carries `Authorization: Bearer bpt_…`, a personal access token, which its owner makes
at the dashboard's page *Account*. It is never more than its owner is at that moment, and no more
than its scopes: each call names the one that it needs. A backpack that isn't the owner's to see
is not there: 404. Errors are `application/problem+json`.
"""
_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": words,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, words in {
        401: "No token, or one that counts no longer.",
        403: "The token lacks the scope, or this is no developer's to do.",
        404: "There is no such thing, or it isn't yours to see.",
        422: "Something of what was sent can't be taken; `errors` says what.",
        429: "Too many failures: wait for `Retry-After` seconds; or too many streams of this account.",
        503: "The cluster, the dashboard's Redis or the backpack doesn't answer; try again.",
    }.items()
}


def api_application(runtime: Runtime) -> FastAPI:
    api = FastAPI(
        title="Backpack dashboard",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_ERRORS,
        exception_handlers=error_answers.HANDLERS,
    )
    api.state.runtime = runtime
    for router in API_ROUTERS:
        api.include_router(router)
    describe = api.openapi

    def described() -> dict[str, Any]:
        if api.openapi_schema is None:
            schemas = describe()["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schemas["Problem"].pop("$defs", {})
        return describe()

    api.openapi = described  # type: ignore[method-assign]
    return api
