"""A form with one file (`multipart/form-data`, RFC 7578), read as it comes: the file goes
on piece by piece, and nothing of it is kept here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from backpack_api.domain.file_names import name_of_part
from backpack_api.domain.files import content_type_of
from backpack_api.problems import InvalidValue, MalformedRequest

FILE = "file"
MAX_FIELD_BYTES = 1024
MAX_HEADERS = 8
MAX_HEADER_BYTES = 4096
"""Of a part: what a header of a name of 255 bytes needs, many times over."""
MAX_PREAMBLE_BYTES = 128 * 1024
"""Of a form, besides its file."""

_PLAIN_ENCODINGS = frozenset({b"", b"7bit", b"8bit", b"binary"})

Write = Callable[[bytes], Awaitable[None]]


@dataclass(slots=True)
class Form:
    """A form that was read."""

    filename: str = ""
    content_type: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def length_of(request: Request) -> int | None:
    """The length of the whole body, where the client told it."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


async def read_form(request: Request, write: Write, fields: frozenset[str], idle_seconds: float) -> Form:
    """The form of a body, whose file is given to `write`. `fields` are the names that it
    may have besides `file`; each comes once at most.

    Raises `MalformedRequest` where the body is no such form, ends early, or stops for
    `idle_seconds`, and `InvalidValue` for parts that are unknown, missing or too large."""
    reader = _FormReader(_boundary(request), fields)
    stream = aiter(request.stream())
    try:
        while True:
            async with asyncio.timeout(idle_seconds):
                chunk = await anext(stream, None)
            if chunk is None:
                break
            for piece in reader.feed(chunk):
                await write(piece)
    except ClientDisconnect as error:
        raise MalformedRequest("The body ended early.") from error
    except TimeoutError:
        raise MalformedRequest(
            f"No more of the body came for {idle_seconds:g} s.", headers={"Connection": "close"}
        ) from None
    return reader.finish()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise MalformedRequest("Send the file as `multipart/form-data`, in a part of the name `file`.")
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise MalformedRequest("The Content-Type of a form needs a boundary of 1 to 70 characters.")
    return boundary


class _FormReader:
    """Takes the body's chunks and gives back the file's pieces. The parser calls back, and
    its callbacks can't wait for a disk: so they only collect."""

    def __init__(self, boundary: bytes, fields: frozenset[str]) -> None:
        self._known = fields
        self._form = Form()
        self._seen: set[str] = set()
        self._part = ""
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._value = bytearray()
        self._pieces: list[bytes] = []
        self._besides = 0
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._enter_part,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )

    def feed(self, chunk: bytes) -> list[bytes]:
        """The pieces of the file that are in this chunk."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise MalformedRequest(f"The form can't be read: {error}.") from error
        pieces, self._pieces = self._pieces, []
        self._besides += len(chunk) - sum(map(len, pieces))
        if self._besides > MAX_PREAMBLE_BYTES:
            raise MalformedRequest("The form holds too much besides its file.")
        return pieces

    def finish(self) -> Form:
        """The form, once there are no more chunks."""
        if not self._ended:
            raise MalformedRequest("The form ends before its closing boundary.")
        if FILE not in self._seen:
            raise InvalidValue.at(FILE, "is missing")
        return self._form

    def _begin_part(self) -> None:
        self._headers = {}

    def _end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _enter_part(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise MalformedRequest("Each part of a form needs a Content-Disposition with its name.")
        self._part = name = options[b"name"].decode(errors="replace")
        if name != FILE and name not in self._known:
            raise InvalidValue.at(name[:80], "is not known here")
        if name in self._seen:
            raise InvalidValue.at(name, "is given twice")
        if self._headers.get(b"content-transfer-encoding", b"").strip().lower() not in _PLAIN_ENCODINGS:
            raise InvalidValue.at(name, "must be sent as it is, without a Content-Transfer-Encoding")
        self._seen.add(name)
        self._value.clear()
        if name == FILE:
            self._form.filename = name_of_part(options.get(b"filename", b""))
            self._form.content_type = content_type_of(
                self._headers.get(b"content-type", b"").decode("latin-1")
            )

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._part == FILE:
            self._pieces.append(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > MAX_FIELD_BYTES:
            raise InvalidValue.at(self._part, f"is at most {MAX_FIELD_BYTES} bytes")

    def _end_part(self) -> None:
        if self._part == FILE:
            return
        try:
            self._form.fields[self._part] = self._value.decode()
        except UnicodeDecodeError:
            raise InvalidValue.at(self._part, "must be UTF-8") from None

    def _end(self) -> None:
        self._ended = True
