"""Bytes that pass through: what a browser uploads, and what it is sent of a backpack."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import aiohttp
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from backpack_dashboard.domain.files import preview
from backpack_dashboard.errors import Invalid

SANDBOX = "default-src 'none'; sandbox"
"""No script, no style, no request, no origin."""
_PASSED = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Last-Modified",
)


def received(request: Request) -> tuple[AsyncIterator[bytes], int | None]:
    """The request's body as it comes, and how many bytes it says it has."""
    length = request.headers.get("content-length", "")
    return _chunks(request), int(length) if length.isascii() and length.isdecimal() else None


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise Invalid("The upload ended early. Nothing has changed; send it again.") from error


async def passed_on(
    opening: AbstractAsyncContextManager[aiohttp.ClientResponse],
    *,
    download: bool,
    through: Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]] = lambda chunks: chunks,
) -> Response:
    """An answer of a backpack as our own, sent while it comes. `download`: whatever it is, the
    browser keeps it and shows nothing of it. `through`: what its chunks pass, and may end in.

    It is somebody else's content on the dashboard's host. So the policy and the type's meaning
    are set here, whatever the backpack says of them."""
    stack = AsyncExitStack()
    answer = await stack.enter_async_context(opening)
    headers = {name: answer.headers[name] for name in _PASSED if name in answer.headers}
    disposition = headers.get("Content-Disposition", "attachment")
    inert = disposition.startswith("inline") and preview(headers.get("Content-Type", "")) == "picture"
    if download or not inert:
        headers["Content-Disposition"] = "attachment" + disposition.removeprefix("inline").removeprefix(
            "attachment"
        )
    headers |= {"Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff"}

    async def body() -> AsyncIterator[bytes]:
        # An archive that breaks off must be seen to: the exception ends the connection.
        async with stack:
            async for chunk in through(answer.content.iter_any()):
                yield chunk

    return StreamingResponse(body(), answer.status, headers)
