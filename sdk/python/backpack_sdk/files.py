"""Files on their way, and what is known of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import httpx

from .errors import own_error
from .listeners import call

_PIECE = 65_536
"""Bytes."""


Source = bytes | os.PathLike[str] | BinaryIO
"""What can be uploaded: bytes, where a file is, or one that is open for reading bytes, a pipe too."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What is known of a file. `size` is in bytes, `sha256` in hex."""

    id: str
    bucket: str
    filename: str
    content_type: str
    size: int
    sha256: str
    public: bool
    owner_id: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of a file that are on their way."""

    loaded: int
    total: int | None
    """None where nobody knows, as of a pipe."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form with one file, as `multipart/form-data`, which is read while it is sent."""

    file: bytes | BinaryIO
    filename: str
    content_type: str | None
    """None: what the name says."""
    fields: dict[str, str]
    on_progress: Callable[[Progress], None] | None

    @property
    def repeatable(self) -> bool:
        """Whether it can be read again, for a second try: a pipe can't."""
        return isinstance(self.file, bytes) or self.file.seekable()

    def arguments(self) -> dict[str, Any]:
        """What httpx makes the form of."""
        part: tuple[Any, ...] = (self.filename, self.file if self.repeatable else _Pipe(self.file))
        if self.content_type:
            part = (*part, self.content_type)
        return {"data": self.fields, "files": {"file": part}}

    def sent(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> httpx.AsyncByteStream:
        """The form's bytes, of which `on_progress` is told as they are sent."""
        if not self.repeatable:
            assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101  what httpx makes of a form is both
            stream = _Awaited(stream)
        assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101  as above
        return _Counted(stream, self._size(), self.on_progress) if self.on_progress else stream

    def _size(self) -> int | None:
        if isinstance(self.file, bytes):
            return len(self.file)
        if not self.file.seekable():
            return None
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(0)
        return size


class _Pipe:
    """Something to read to its end. Not the file itself: of a pipe httpx believes that it has no content."""

    def __init__(self, file: Any) -> None:
        self.read = file.read


class _Awaited(httpx.AsyncByteStream):
    """A stream that is read in a thread: nobody knows how long a pipe takes for what comes next."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._stream)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece


class _Counted(httpx.AsyncByteStream):
    def __init__(
        self, stream: httpx.AsyncByteStream, total: int | None, tell: Callable[[Progress], None]
    ) -> None:
        self._stream = stream
        self._total = total
        self._tell = tell

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = 0
        async for piece in self._stream:
            yield piece
            sent += len(piece)
            # The form has a little more than its file.
            loaded = sent if self._total is None else min(sent, self._total)
            call(self._tell, Progress(loaded, self._total))


def name_of(file: Source) -> str:
    """A file's own name, without its folder."""
    name: Any = os.fspath(file) if isinstance(file, os.PathLike) else getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) else "file"


class Content:
    """A file's content as a stream: `async with` opens it, `async for` gives its pieces.

    The call is made when it is opened, and raises `BackpackError` then.
    """

    def __init__(self, load: Callable[[], Awaitable[httpx.Response]]) -> None:
        self._load = load
        self._answer: httpx.Response | None = None

    @property
    def content_type(self) -> str:
        return self._opened().headers["Content-Type"]

    @property
    def size(self) -> int:
        """Bytes that come: those of the range, where one was asked for."""
        return int(self._opened().headers["Content-Length"])

    async def __aenter__(self) -> Self:
        self._answer = await self._load()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened().aclose()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._opened().aiter_bytes(_PIECE):
                yield piece
        except httpx.RequestError as error:
            raise own_error("unreachable", "The connection was lost before the file's end.") from error

    def _opened(self) -> httpx.Response:
        if self._answer is None:
            raise RuntimeError("Open it first: async with client.storage.open(id) as content.")
        return self._answer
