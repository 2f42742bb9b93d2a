"""Uploads byte by byte: for what no HTTP client would send."""

import json
import select
import socket
from pathlib import Path
from types import TracebackType
from typing import Any

from support.core_api import CoreApi, Person

BOUNDARY = "the-boundary"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
FORM_HEAD = (
    f"--{BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="file"; filename="big.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
FORM_TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


class RawUpload:
    """One upload over a connection of its own. The head of the request is sent at once;
    `length` is what it says its file has in bytes, None: chunked, of any length."""

    def __init__(
        self, api: CoreApi, person: Person, length: int | None, *, method: str = "POST", path: str = "/files"
    ) -> None:
        host, _, port = api.public.removeprefix("http://").partition(":")
        self._chunked = length is None
        self._connection = socket.create_connection((host, int(port)), timeout=60)
        size = (length or 0) + len(FORM_HEAD) + len(FORM_TAIL)
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {size}"
        self._connection.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: {FORM_TYPE}\r\n{framing}\r\nConnection: close\r\n\r\n".encode()
        )
        self._send(FORM_HEAD)

    def __enter__(self) -> "RawUpload":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()

    def send(self, data: bytes) -> "RawUpload":
        """Send a piece of the file."""
        self._send(data)
        return self

    def finish(self) -> tuple[int, dict[str, Any]]:
        """End the form, and take the answer."""
        self._send(FORM_TAIL)
        if self._chunked:
            self._connection.sendall(b"0\r\n\r\n")
        return self.answer()

    def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer, which must be all there."""
        received = b""
        while piece := self._connection.recv(65536):
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(body)

    def is_answered(self, *, within: float) -> bool:
        """Whether there is an answer, or an end of the connection, within so many seconds."""
        return bool(select.select([self._connection], [], [], within)[0])

    def cut(self) -> None:
        """End the connection, wherever the upload is."""
        self._connection.close()

    def _send(self, data: bytes) -> None:
        self._connection.sendall(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)


def on_disk(api: CoreApi) -> list[Path]:
    """Every content on the API's volume, finished or not."""
    return sorted(path for path in (api.files_directory / "blobs").rglob("*") if path.is_file())
