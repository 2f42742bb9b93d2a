"""A server for the Python SDK's connection that a test plays itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from backpack_sdk import Options, Realtime
from backpack_sdk.transport import Transport

USER = {"id": "ada", "email": "ada@example.com", "profile": {}, "createdAt": "", "updatedAt": ""}


class FakeSocket:
    """One connection: what the client sends is seen, and the test is the server."""

    def __init__(self, greets: bool) -> None:
        self._greets = greets
        self.sent: list[dict[str, Any]] = []
        self._incoming: asyncio.Queue[str | ConnectionClosedError] = asyncio.Queue()

    async def send(self, message: str) -> None:
        content = json.loads(message)
        self.sent.append(content)
        if content["op"] == "auth" and self._greets:
            self.tell({"ev": "hello", "user": USER, "seq": "7-0-0"})

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            message = await self._incoming.get()
            if isinstance(message, ConnectionClosedError):
                raise message
            yield message

    def tell(self, message: dict[str, Any]) -> None:
        """The server sends."""
        self._incoming.put_nowait(json.dumps(message))

    def answer(self, op: str, data: Any) -> None:
        """The server answers the last request for this."""
        self.tell({"re": self.of(op)[-1]["id"], "ok": True, "data": data})

    def refuse(self, op: str, status: int) -> None:
        """The server refuses the last request for this."""
        problem = {"status": status, "type": "/problems/any", "detail": "Refused."}
        self.tell({"re": self.of(op)[-1].get("id"), "ok": False, "error": problem})

    def lose(self, code: int = 1006) -> None:
        """The connection is gone."""
        self._incoming.put_nowait(ConnectionClosedError(Close(code, ""), None))

    def of(self, op: str) -> list[dict[str, Any]]:
        """What was sent for an operation, in order."""
        return [message for message in self.sent if message["op"] == op]


class FakeServer:
    """What a client connects to."""

    def __init__(self) -> None:
        self.up = True
        self.greets = True
        self.tries = 0
        self.sockets: list[FakeSocket] = []

    def client(self) -> Realtime:
        """A client of it, signed in."""
        self.transport = Transport(Options(url="http://api", token="secret"))
        return Realtime(self.transport, self._connect)

    @asynccontextmanager
    async def _connect(self, _: Transport) -> AsyncIterator[FakeSocket]:
        self.tries += 1
        if not self.up:
            raise ConnectionRefusedError
        socket = FakeSocket(self.greets)
        self.sockets.append(socket)
        yield socket

    @property
    def last(self) -> FakeSocket:
        return self.sockets[-1]
