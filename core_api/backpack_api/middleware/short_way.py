"""A short way to the calls that an application makes all day.

On the framework's way a request passes nine layers before its endpoint, of which
these calls need one: the answer to a problem. They were a third of what reading a
document cost. What has no short way goes the long one, and is answered there: other
paths, and methods that a path doesn't have.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from backpack_api.problems import Problem

Answer = Callable[[Request, Problem], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class ShortWay:
    """Takes requests to the endpoints of these routes, and all others to the app.

    A route's path is one fixed segment and then parameters: `/db/{collection}/{id}`.
    It must be one of the app's too, under the same name of its endpoint."""

    def __init__(self, app: Starlette, routes: Iterable[Route], answer: Answer) -> None:
        self._app = app
        self._answer = answer
        self._found: dict[tuple[str, int, str], tuple[Endpoint, list[str]]] = {}
        for route in routes:
            _, fixed, *parameters = route.path.split("/")
            names = [part.removeprefix("{").removesuffix("}") for part in parameters]
            for method in route.methods or ():
                self._found[method, len(parameters), fixed] = (route.endpoint, names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _, *segments = scope["path"].split("/")
            if segments and "" not in segments:
                fixed, *values = segments
                found = self._found.get((scope["method"], len(values), fixed))
                if found is not None:
                    endpoint, names = found
                    scope["path_params"] = dict(zip(names, values, strict=True))
                    await self._serve(endpoint, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _serve(self, endpoint: Endpoint, scope: Any, receive: Receive, send: Send) -> None:
        scope["app"] = self._app
        scope["endpoint"] = endpoint
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except Problem as problem:
            response = await self._answer(request, problem)
        await response(scope, receive, send)
