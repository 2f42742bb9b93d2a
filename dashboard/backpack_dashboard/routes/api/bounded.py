"""Routes whose body is read as a whole, which therefore must not be large."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

MOST_BYTES = 2**20


class BoundedRoute(APIRoute):
    """Refuses a body of more than a mebibyte before more than that of it is in memory."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            receive, count = request.receive, 0

            async def counted() -> Message:
                nonlocal count
                message = await receive()
                count += len(message.get("body", b""))
                if count > MOST_BYTES:
                    # Whoever reads the body makes another error of any other exception.
                    raise HTTPException(413, "The body may have at most 1 MiB.")
                return message

            return await handle(Request(request.scope, counted))

        return bounded
