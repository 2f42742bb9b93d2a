"""What is about the API itself, and the site."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.openapi.parts import ANYONE, EITHER, answer, operation, path, ref

TAG = "service"


def paths() -> JsonObject:
    html = {"text/html": {"schema": {"type": "string"}}}
    anything = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    not_ready = {"description": "Not ready.", "content": {"application/json": {"schema": ref("Health")}}}
    slug = {**path("slug", "The last part of a problem's type."), "example": "not-found"}
    return {
        "/healthz": {
            "get": operation(
                "alive", TAG, "The process lives", {200: answer("It does.", ref("Health"))}, security=ANYONE
            )
        },
        "/readyz": {
            "get": operation(
                "ready",
                TAG,
                "Database and cache answer",
                {200: answer("Both do.", ref("Health")), 503: not_ready},
                security=ANYONE,
            )
        },
        "/problems/{slug}": {
            "get": operation(
                "problem",
                TAG,
                "What a type of problem means",
                {200: {"description": "A page.", "content": html}},
                security=ANYONE,
                parameters=[slug],
                problems=(404,),
            )
        },
        "/site/{path}": {
            "get": operation(
                "site",
                TAG,
                "The site, as nginx fetches it",
                {
                    200: {"description": "A file of the active release.", "content": anything},
                    206: {"description": "The range that was asked for.", "content": anything},
                    304: answer("It has the ETag that was named."),
                    307: answer("To the path with a slash at its end."),
                    404: {
                        "description": "The site's own page, or a problem.",
                        "content": {**html, "application/problem+json": {"schema": ref("Problem")}},
                    },
                },
                security=ANYONE,
                parameters=[path("path", "May hold slashes.")],
                problems=(416,),
            )
        },
        "/realtime": {
            "get": operation(
                "realtime",
                TAG,
                "Open a WebSocket",
                {101: answer("The socket."), 404: {"$ref": "#/components/responses/404"}},
                security=EITHER,
                problems=(400,),
                description="Text frames of JSON; see the guide. A request that is no upgrade is a 404.",
            )
        },
    }
