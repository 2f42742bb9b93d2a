"""One WebSocket at a time: opened on need, opened again when it is lost."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from ..errors import BackpackError, session_ended
from ..listeners import Listeners
from ..loopback import ADDRESS, is_loopback_name
from ..transport import Transport

Message = dict[str, Any]
State = Literal["idle", "connecting", "open", "waiting", "closed"]

HELLO_WITHIN = 10.0
"""Seconds from the first packet to the server's greeting."""
SETTLED = 5.0
"""Seconds after which a connection counts as one that works: the next wait is a short one."""
GOODBYE_WITHIN = 1.0
"""Seconds that a server has to close its end."""
MOST = 8 * 1024 * 1024
"""Bytes of a message: an answer has at most 1 MiB, and an event one document."""
SESSION_ENDED = 4001
"""The code of a close after which no other connection is opened."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the connection is.

    `idle`: not needed yet. `waiting`: lost, to be opened again in `retry_in` seconds. `closed`: over, with
    `error`: the session ended, or nobody is signed in.
    """

    state: State
    error: BackpackError | None = None
    retry_in: float | None = None


class Socket(Protocol):
    """What is needed of a WebSocket."""

    async def send(self, message: str) -> None: ...

    def __aiter__(self) -> AsyncIterator[str | bytes]: ...


class Owner(Protocol):
    """Whose connection it is."""

    def greeted(self, hello: Message) -> None:
        """It is open, and who is signed in is known: `hello` says so."""

    def received(self, message: Message) -> None: ...

    def asks(self) -> bool:
        """Whether somebody waits for an answer."""
        ...

    def lost(self, error: BackpackError | None) -> None:
        """It is gone. It is tried again, unless there is an error."""


class _Refused(Exception):
    """The token is that of no session."""


Connect = Callable[[Transport], AbstractAsyncContextManager[Socket]]


class Link:
    """The connection. All methods belong to one event loop."""

    def __init__(self, transport: Transport, owner: Owner, connect: Connect | None = None) -> None:
        self.status = Status("idle")
        self.statuses = Listeners[Status]()
        self._transport = transport
        self._owner = owner
        self._connect = connect or _websocket
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._keeper: asyncio.Task[None] | None = None
        self._failures = 0
        self._opened_at: float | None = None
        self._given_up = False

    def open(self) -> None:
        """Connect, unless that is done or under way."""
        if self.status.state not in ("idle", "closed"):
            return
        self._failures = 0
        self._become(Status("connecting"))
        self._keeper = asyncio.create_task(self._keep())

    def again(self) -> None:
        """Let go of the connection once its message is dealt with, and open another after a while."""
        self._given_up = True

    def close(self) -> None:
        """Let go of the connection."""
        if self._keeper and not self._keeper.done():
            self._keeper.cancel()
        self._become(Status("idle"))

    async def closed(self) -> None:
        """Wait until the server has been told so."""
        keeper = self._keeper
        if keeper and keeper is not asyncio.current_task():
            await asyncio.wait([keeper])

    def send(self, text: str) -> None:
        """Send it over the connection that is open."""
        self._outgoing.put_nowait(text)
        self._transport.backlog.look_again()

    async def _keep(self) -> None:
        while True:
            if not self._transport.session.token:
                return self._over()
            self._opened_at, self._given_up = None, False
            try:
                await self._once()
            except _Refused:
                return self._end()
            except ConnectionClosed as error:
                if error.rcvd and error.rcvd.code == SESSION_ENDED:
                    return self._end()
            except (OSError, WebSocketException):
                pass  # away, or no server of ours: the status tells, and the next try comes
            except Exception as error:  # noqa: BLE001  without its keeper no call would ever be answered
                context = {"message": "The connection of backpack_sdk has failed.", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)
            if self._opened_at is not None and _now() - self._opened_at > SETTLED:
                self._failures = 0
            await asyncio.sleep(self._lost())
            self._become(Status("connecting"))

    async def _once(self) -> None:
        """One connection, until it ends. Raises `_Refused`, and what `websockets` does."""
        async with asyncio.timeout(HELLO_WITHIN) as patience, self._connect(self._transport) as socket:
            await socket.send(json.dumps({"op": "auth", "token": self._transport.session.token}))
            outgoing = self._outgoing = asyncio.Queue()
            writer = asyncio.create_task(_write(socket, outgoing))
            try:
                async for text in socket:
                    message: Message = json.loads(text)
                    if message.get("ev") == "hello":
                        patience.reschedule(None)
                        self._opened_at = _now()
                        self._become(Status("open"))
                        self._owner.greeted(message)
                    elif message.get("re", "") is None:
                        # What `auth` got: that a store is away says nothing of the session.
                        if message["error"]["status"] == 401:
                            raise _Refused
                        return
                    else:
                        self._owner.received(message)
                        if self._given_up:
                            return
                        # A listener may itself wait for an answer, which comes after other events.
                        await self._transport.backlog.room(self._owner.asks)
            finally:
                writer.cancel()

    def _lost(self) -> float:
        """Gives the seconds after which to connect again."""
        least, most = self._transport.options.realtime.backoff
        wait = min(most, least * 2.0**self._failures) * (0.5 + random.random() / 2)  # noqa: S311  nobody's secret
        self._failures = min(self._failures + 1, 60)
        self._owner.lost(None)
        self._become(Status("waiting", retry_in=wait))
        return wait

    def _end(self) -> None:
        self._over()
        self._transport.session.end()

    def _over(self) -> None:
        error = session_ended()
        self._become(Status("closed", error))
        self._owner.lost(error)

    def _become(self, status: Status) -> None:
        if status.state == self.status.state and status.state != "waiting":
            return
        self.status = status
        self.statuses.tell(status)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _write(socket: Socket, outgoing: asyncio.Queue[str]) -> None:
    with suppress(ConnectionClosed):  # who reads hears of it
        while True:
            await socket.send(await outgoing.get())


@asynccontextmanager
async def _websocket(transport: Transport) -> AsyncGenerator[ClientConnection, None]:
    options = transport.options
    headers = {"X-Backpack-Key": options.key} if options.key else None
    heartbeat = options.realtime.heartbeat
    url = options.api_url.replace("http", "ws", 1) + "/realtime"
    here: dict[str, Any] = (
        {"host": ADDRESS, "proxy": None} if is_loopback_name(urlsplit(url).hostname or "") else {}
    )
    async with connect(
        url,
        ssl=options.trusted,
        additional_headers=headers,
        ping_interval=heartbeat,
        ping_timeout=heartbeat / 2,
        close_timeout=GOODBYE_WITHIN,
        open_timeout=None,
        max_size=MOST,
        **here,
    ) as socket:
        yield socket
