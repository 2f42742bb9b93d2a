"""Files."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypedDict

import httpx

from .files import Content, FileInfo, Form, Progress, Source, name_of
from .listing import Listing, Page, page_of
from .transport import Request, Transport, quoted
from .wire import from_wire

Range = tuple[int] | tuple[int, int]
"""The first and the last byte that are wanted; without a last one, all from the first on."""


class FileChanges(TypedDict, total=False):
    """What can be changed of a file."""

    filename: str
    bucket: str
    public: bool


class Storage:
    """Files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def upload(
        self,
        file: Source,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        bucket: str | None = None,
        public: bool | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        key: str | None = None,
    ) -> FileInfo:
        """Keep a file. It appears once all of it is there; at no time it is in memory as a whole.

        `filename` and `content_type`: the file's own where none is given. `bucket`: what groups files,
        `default` where none is given. `public`: whether anyone may read it. `key`: what makes an upload that
        is sent again the same one, for a day.
        """
        fields = _fields(bucket, public)
        headers = {"Idempotency-Key": key or self._transport.key()}
        async with _opened(file) as content:
            form = Form(content, filename or name_of(file), content_type, fields, on_progress)
            return await self._send("POST", "/files", form, headers)

    async def replace(
        self,
        id: str,
        file: Source,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> FileInfo:
        """Put another content in a file's place, with its name and type."""
        async with _opened(file) as content:
            form = Form(content, filename or name_of(file), content_type, {}, on_progress)
            return await self._send("PUT", _path(id), form, {})

    def list(
        self, *, bucket: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Listing[FileInfo]:
        """One's own files, in the order of their creation: `await` for a page, `async for` for all."""

        async def load(cursor: str | None) -> Page[FileInfo]:
            request = Request(query={"bucket": bucket, "limit": limit, "cursor": cursor})
            answer = await self._transport.call("GET", "/files", request)
            return page_of(answer, lambda one: from_wire(FileInfo, one))

        return Listing(load, cursor)

    async def info(self, id: str) -> FileInfo:
        """What is known of a file."""
        return from_wire(FileInfo, await self._transport.call("GET", f"{_path(id)}/meta"))

    def url(self, id: str) -> str:
        """Where a public file's content is, for `src` and `href`."""
        return self._transport.address(_path(id), {"key": self._transport.options.key})

    async def download(self, id: str, *, range: Range | None = None) -> bytes:
        """The content."""
        return await self._transport.send("GET", _path(id), _download(range), _whole)

    def open(self, id: str, *, range: Range | None = None) -> Content:
        """The content as a stream: for what is too large to be held."""
        return Content(lambda: self._transport.send("GET", _path(id), _download(range), _itself))

    async def rename(self, id: str, filename: str) -> FileInfo:
        """Another name."""
        return await self.update(id, {"filename": filename})

    async def update(self, id: str, changes: FileChanges) -> FileInfo:
        """Change what is known of a file."""
        return from_wire(FileInfo, await self._transport.call("PATCH", _path(id), Request(json=changes)))

    async def delete(self, id: str) -> None:
        """Remove it."""
        await self._transport.call("DELETE", _path(id))

    async def _send(self, method: str, path: str, form: Form, headers: dict[str, str]) -> FileInfo:
        safe = bool(headers) and form.repeatable
        request = Request(form=form, headers=headers, safe=safe, timeout=False)
        return from_wire(FileInfo, await self._transport.call(method, path, request))


@asynccontextmanager
async def _opened(file: Source) -> AsyncGenerator[bytes | BinaryIO, None]:
    if not isinstance(file, os.PathLike):
        yield file
        return
    with await asyncio.to_thread(Path(file).open, "rb") as opened:
        yield opened


def _fields(bucket: str | None, public: bool | None) -> dict[str, str]:
    given = {"bucket": bucket, "public": None if public is None else str(public).lower()}
    return {name: value for name, value in given.items() if value is not None}


def _download(range: Range | None) -> Request:
    if range is None:
        return Request(timeout=False)
    last = range[1] if len(range) == 2 else ""
    return Request(headers={"Range": f"bytes={range[0]}-{last}"}, timeout=False)


async def _whole(answer: httpx.Response) -> bytes:
    return await answer.aread()


async def _itself(answer: httpx.Response) -> httpx.Response:
    return answer


def _path(id: str) -> str:
    return f"/files/{quoted(id)}"
