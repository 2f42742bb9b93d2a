"""How answers are written: JSON by orjson, errors as RFC 9457."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backpack_api.domain.json_text import to_json
from backpack_api.problems import Problem

CHUNK_BYTES = 256 * 1024
"""Of a content, in memory at once for each who reads it."""


class Content(Protocol):
    """What can be read piece by piece."""

    async def read(self, offset: int, length: int) -> bytes: ...

    def close(self) -> None: ...


class ContentCut(Exception):
    """A content is shorter than was said. The connection is closed, so that the client
    sees that something is missing."""


class ContentResponse(Response):
    """Bytes of a content, read as fast as the client takes them; closes it at the end."""

    def __init__(
        self,
        content: Content,
        first: int,
        length: int,
        *,
        status_code: int = 200,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(status_code=status_code, headers={**headers, "Content-Length": str(length)})
        self._content = content
        self._first = first
        self._length = length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        gone = asyncio.create_task(_disconnected(receive))
        try:
            start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            await send(start)
            left = self._length
            while not gone.done():
                chunk = await self._content.read(self._first + self._length - left, min(CHUNK_BYTES, left))
                left -= len(chunk)
                if left and not chunk:
                    raise ContentCut(f"{left} bytes are missing")
                await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
                if not left:
                    break
        finally:
            gone.cancel()
            self._content.close()


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class JsonResponse(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return to_json(content)


class ProblemResponse(JsonResponse):
    """A problem as an answer. Never cached: the next try may find it gone."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            problem.document(),
            status_code=problem.status,
            headers={"Cache-Control": "no-store", **problem.headers},
        )
