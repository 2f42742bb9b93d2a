"""WebSocket clients that misbehave: what a well-kept library wouldn't do."""

import base64
import json
import os
import socket
from typing import Any

from support.core_api import CoreApi, Person


def client_frame(text: bytes, opcode: int = 0x1, *, fin: bool = True) -> bytes:
    """A frame as a client sends it, masked with zeros (RFC 6455, section 5.2)."""
    first = bytes(((0x80 if fin else 0) | opcode,))
    size = len(text)
    if size < 126:
        return first + bytes((0x80 | size,)) + bytes(4) + text
    if size < 65536:
        return first + b"\xfe" + size.to_bytes(2) + bytes(4) + text
    return first + b"\xff" + size.to_bytes(8) + bytes(4) + text


class RawSocket:
    """A connection that does what it is told, and nothing by itself: no pong, no reading."""

    def __init__(self, api: CoreApi, person: Person, *, receive_buffer: int | None = None) -> None:
        host, _, port = api.public.removeprefix("http://").partition(":")
        self.connection = socket.socket()
        if receive_buffer is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.connection.settimeout(30)
        self.connection.connect((host, int(port)))
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(
            (
                f"GET /realtime HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                f"Authorization: Bearer {person.token}\r\n\r\n"
            ).encode()
        )
        self._buffer = b""
        self._fill(lambda: b"\r\n\r\n" in self._buffer)
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head

    def send(self, **message: Any) -> None:
        self.connection.sendall(client_frame(json.dumps(message).encode()))

    def frame(self) -> tuple[int, bytes]:
        """The next frame: its opcode and payload."""
        self._fill(lambda: len(self._buffer) >= 2)
        size, begin = self._buffer[1], 2
        if size >= 126:
            begin = 4 if size == 126 else 10
            self._fill(lambda: len(self._buffer) >= begin)
            size = int.from_bytes(self._buffer[2:begin])
        self._fill(lambda: len(self._buffer) >= begin + size)
        opcode, payload = self._buffer[0] & 0xF, self._buffer[begin : begin + size]
        self._buffer = self._buffer[begin + size :]
        return opcode, payload

    def close_code(self) -> int:
        """The code of the close frame, after all that comes before it."""
        while True:
            opcode, payload = self.frame()
            if opcode == 0x8:
                return int.from_bytes(payload[:2])

    def close(self) -> None:
        self.connection.close()

    def _fill(self, enough: Any) -> None:
        while not enough():
            data = self.connection.recv(65536)
            if not data:
                raise ConnectionError("the server closed the connection")
            self._buffer += data
