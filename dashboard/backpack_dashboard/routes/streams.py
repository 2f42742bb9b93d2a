"""Bytes that pass through: what a browser uploads, and what it is sent of a backpack."""

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from backpack_dashboard.errors import Invalid


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
