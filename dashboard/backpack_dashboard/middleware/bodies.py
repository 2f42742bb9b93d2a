"""How large the body of a request may be.

What a form holds is in memory before anybody is asked who he is: the framework reads a body
first. So its bytes are counted here, whatever the route and whatever the request says of itself.
"""

import re
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backpack_dashboard.middleware.origins import API

MOST_BYTES = 2 * 2**20
"""One field has at most a mebibyte as it is sent, which is Starlette's own limit."""
MOST_BYTES_OF_A_DOCUMENT = 9 * 2**20
"""What is typed and what was opened, 4 MiB each as they are sent: `MOST_TYPED` of the documents' routes."""

_DOCUMENT = re.compile(r"/backpacks/[^/]+/[^/]+/collections/[^/]+/documents(/[^/]*)?")
_PASSED_ON = re.compile(r"/backpacks/[^/]+/[^/]+/(site/releases|import)")
"""These bodies are never held as a whole, and bounded where they go."""


class Bodies:
    """Lets reading a larger body end in a 413. `signed_in`: whether somebody is, without whom
    even a document may be no larger than any form."""

    def __init__(self, app: ASGIApp, signed_in: Callable[[HTTPConnection], Awaitable[bool]]) -> None:
        self._app, self._signed_in = app, signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The API's routes bound theirs themselves.
        if scope["type"] != "http" or scope["path"].startswith(API) or _PASSED_ON.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        limit = MOST_BYTES
        if _DOCUMENT.fullmatch(scope["path"]) and await self._signed_in(HTTPConnection(scope)):
            limit = MOST_BYTES_OF_A_DOCUMENT
        declared = Headers(scope=scope).get("content-length", "")
        count = int(declared) if declared.isascii() and declared.isdecimal() else 0
        if count <= limit:
            count = 0

        async def counted() -> Message:
            nonlocal count
            if count <= limit:
                message = await receive()
                count += len(message.get("body", b""))
            if count > limit:
                # Whoever reads the body makes another error of any other exception.
                raise HTTPException(413, f"What was sent has more than {limit // 2**20} MiB. Send less.")
            return message

        await self._app(scope, counted, send)
