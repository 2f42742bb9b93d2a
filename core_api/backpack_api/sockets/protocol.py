"""One WebSocket connection as uvicorn runs it: handshake, frames, a bounded queue of what
is to be sent, heartbeats, and an end with a code.

The application is called for the handshake only. It refuses it with an HTTP answer, or
takes the connection with `accept`, and returns; from then on it is called back for each
message. So an idle socket costs no task and no stack of frames of coroutines.
"""

import asyncio
import logging
import secrets
import socket
from collections import deque
from typing import Any, ClassVar, Protocol, cast
from urllib.parse import unquote

from starlette.types import Message, Scope
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from backpack_api.domain.json_text import to_json
from backpack_api.logs import FIELDS
from backpack_api.problems import UNEXPECTED, InternalError, NotFound, Problem
from backpack_api.sockets import codes, refusals
from backpack_api.sockets.frames import PING

EXTENSION = "backpack.socket"
"""The key in the scope's extensions under which the application finds the `SocketProtocol`."""

MAX_MESSAGE_BYTES = 64 * 1024
MAX_LARGE_MESSAGE_BYTES = 5 * 1024 * 1024
"""The largest merge patch of a document, and its envelope."""
HIGH_WATER = 64 * 1024
"""Bytes in the transport's own buffer above which frames queue here."""
KERNEL_BUFFER = 128 * 1024
"""What the kernel may hold for one slow reader (it takes twice as much): by itself it would
take megabytes before anything is noticed here."""
MAX_QUEUED_BYTES = 2 * 1024 * 1024
MAX_QUEUED_FRAMES = 8192
"""What may wait for a slow reader. One frame more is taken, so that a large answer can
always be sent to a client that reads."""
HEARTBEAT_SECONDS = 8.0
"""A connection that was silent for so long is sent a ping, again and again."""
DEAD_SECONDS = 25.0
"""One that was silent for so long is dead: so its presence ends within the contract's 30."""
CLOSE_SECONDS = 10.0
SLOW_CLOSE_SECONDS = 30.0
"""How long the other side has to answer a close frame; longer where it must first read what
is on its way to it."""

log = logging.getLogger("backpack_api.sockets")
_quiet = logging.getLogger("backpack_api.sockets.wire")
_quiet.setLevel(logging.WARNING)


class Owner(Protocol):
    """Who is called back about an accepted connection."""

    def received(self, text: bytes) -> None:
        """A whole text message, in UTF-8."""

    def lost(self) -> None:
        """The connection ended, or began to: nothing more comes, or can be sent. Called once."""


class SocketProtocol(asyncio.Protocol):
    """The state machine of one connection."""

    max_message_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    """What a client may send at once; a listener of its own can have another."""

    __slots__ = (
        "_accepting",
        "_answer",
        "_app",
        "_app_state",
        "_blocked_at",
        "_closing",
        "_connections",
        "_heard_at",
        "_loop",
        "_overflown",
        "_owner",
        "_parts",
        "_paused",
        "_queue",
        "_queued",
        "_reading",
        "_refusal",
        "_root_path",
        "_tasks",
        "_timer",
        "_transport",
        "_wire",
        "_writable",
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._app = config.loaded_app
        self._root_path = config.root_path
        self._app_state = app_state
        self._connections: set[Any] = server_state.connections
        self._tasks = server_state.tasks
        self._loop = _loop or asyncio.get_running_loop()
        self._wire = ServerProtocol(max_size=self.max_message_bytes, logger=_quiet)
        self._transport: asyncio.Transport | None = None
        self._owner: Owner | None = None
        self._answer: Response | None = None
        self._refusal: Message | None = None
        self._accepting = False
        self._closing = False
        self._reading = True
        self._paused = False
        self._queue: deque[bytes] | None = None
        self._queued = 0
        self._overflown = False
        self._writable: asyncio.Future[None] | None = None
        self._parts: list[bytes] | None = None
        self._heard_at = 0.0
        self._blocked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # What the owner calls

    def accept(self, owner: Owner, headers: list[tuple[str, str]] | None = None) -> bool:
        """Complete the handshake: the owner is called back from now on. False where the
        client has gone meanwhile; the owner is then never called."""
        transport = self._transport
        if transport is None or transport.is_closing() or self._closing or self._answer is None:
            return False
        self._answer.headers.update(headers or [])
        self._wire.send_response(self._answer)
        self._answer = None
        self._flush_wire()
        self._owner = owner
        self._timer = self._loop.call_later(HEARTBEAT_SECONDS, self._beat)
        return True

    def send(self, frame: bytes) -> None:
        """Send a frame that `frames` made, or queue it behind what the client hasn't read.
        Never waits; a client that is too far behind is closed."""
        if self._closing or self._overflown or self._transport is None:
            return
        if not self._paused:
            self._transport.write(frame)
            return
        if self._queue is None:
            self._queue = deque()
        if self._queued > MAX_QUEUED_BYTES or len(self._queue) >= MAX_QUEUED_FRAMES:
            if not self._overflown:
                # Not at once: whoever sends may be going through a list of sockets.
                self._overflown = True
                self._loop.call_soon(self.close, codes.TRY_AGAIN_LATER, "too slow a reader")
            return
        self._queue.append(frame)
        self._queued += len(frame)

    async def drained(self) -> None:
        """Return once what was sent is on its way, or the connection is over: for who has
        much to send, and can wait."""
        while self._paused and not self._closing:
            if self._writable is None:
                self._writable = self._loop.create_future()
            await asyncio.shield(self._writable)

    @property
    def open(self) -> bool:
        """Whether what is sent can still arrive."""
        return self._owner is not None and not self._closing

    def pause_reading(self) -> None:
        """Take no more messages for now."""
        if self._reading and self._transport is not None and not self._closing:
            self._reading = False
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self._reading and self._transport is not None and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()

    def close(self, code: int, reason: str = "") -> None:
        """Say why, and end. What waits in the queue is dropped."""
        if self._closing or self._transport is None or self._owner is None:
            return
        transport, slow = self._transport, self._paused
        self._end()
        if self._wire.state is not State.OPEN:
            self._close_transport()
            return
        self._wire.send_close(code, reason)
        self._flush_wire()
        self.resume_reading()
        self._timer = self._loop.call_later(SLOW_CLOSE_SECONDS if slow else CLOSE_SECONDS, transport.abort)

    # What uvicorn calls

    def shutdown(self) -> None:
        """The server ends."""
        if self._owner is not None:
            self.close(codes.SERVICE_RESTART, "this server is about to end; connect again")
        elif self._transport is not None:
            self._transport.close()

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        kernel: socket.socket | None = transport.get_extra_info("socket")
        if kernel is not None:
            kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        self._connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._connections.discard(self)
        self._end()
        self._cancel_timer()
        self._transport = None

    def pause_writing(self) -> None:
        self._paused = True
        self._blocked_at = self._loop.time()

    def resume_writing(self) -> None:
        self._paused = False
        while self._queue and not self._paused and self._transport is not None:
            frame = self._queue.popleft()
            self._queued -= len(frame)
            self._transport.write(frame)
        if not self._paused:
            self._queue = None
            self._release()

    def eof_received(self) -> bool:
        return False

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        wire = self._wire
        wire.receive_data(data)
        for event in wire.events_received():
            if isinstance(event, Request):
                self._begin(event)
            elif isinstance(event, Frame):
                self._take(event)
        if wire.parser_exc is not None:
            self._fail()
        elif self._owner is None and wire.handshake_exc is not None:
            self._refuse_request(wire.handshake_exc)
        elif self._owner is not None and not self._closing:
            # Pongs: bounded like everything that is sent.
            output = b"".join(wire.data_to_send())
            if output:
                self.send(output)

    # The handshake

    def _begin(self, request: Request) -> None:
        self._answer = self._wire.accept(request)
        if self._wire.handshake_exc is not None:
            return  # `data_received` sees it
        del self._answer.headers["Date"]
        path, _, query = request.path.partition("?")
        transport = self._transport
        scope: Scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "server": get_local_addr(transport) if transport else None,
            "client": get_remote_addr(transport) if transport else None,
            "root_path": self._root_path,
            "path": self._root_path + unquote(path),
            "raw_path": (self._root_path + path).encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": [
                (name.lower().encode("ascii"), value.encode("latin-1"))
                for name, value in request.headers.raw_items()
            ],
            "subprotocols": [],
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, EXTENSION: self},
        }
        task = self._loop.create_task(self._handshake(scope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handshake(self, scope: Scope) -> None:
        try:
            await self._app(scope, self._receive, self._send)
        except Exception:
            log.exception("unhandled error in a handshake")
            self._refuse_with(InternalError(UNEXPECTED), scope)
        if self._owner is None:
            self._refuse_with(NotFound("There is no WebSocket at this path."), scope)

    async def _receive(self) -> Message:
        return {"type": "websocket.connect"}

    async def _send(self, message: Message) -> None:
        """What an application answers that doesn't take the connection."""
        if message["type"] == "websocket.http.response.start":
            self._refusal = message
        elif message["type"] == "websocket.http.response.body" and self._refusal is not None:
            headers = [
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in self._refusal["headers"]
            ]
            self._refuse(self._refusal["status"], headers, message.get("body", b""))

    def _refuse_with(self, problem: Problem, scope: Scope) -> None:
        request_id = scope["state"].get("request_id") or secrets.token_hex(12)
        self._refuse(problem.status, refusals.headers(problem, request_id), to_json(problem.document()))

    def _refuse_request(self, error: Exception) -> None:
        """Answer what opens no WebSocket. The wire would do so in plain text, or not at all."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._answer = None
        self._wire.data_to_send()
        problem, request_id = refusals.problem_of(error), secrets.token_hex(12)
        log.info(
            "refused upgrade",
            extra={FIELDS: {"requestId": request_id, "status": problem.status, "type": problem.slug}},
        )
        body = to_json(problem.document())
        transport.write(
            refusals.response(problem.status, refusals.headers(problem, request_id), body).serialize()
        )
        self._close_transport()

    def _refuse(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self._answer is None or self._transport is None or self._transport.is_closing():
            return
        self._answer = None
        self._wire.send_response(refusals.response(status, headers, body))
        self._flush_wire()
        self._close_transport()

    # Frames

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            # The wire has answered it, or it is the answer to ours.
            self._end()
            self._flush_wire()
            self._close_transport()
        elif self._closing or frame.opcode in (Opcode.PING, Opcode.PONG):
            return
        elif frame.opcode is Opcode.BINARY:
            self.close(codes.UNSUPPORTED_DATA, "messages are JSON text")
        elif frame.opcode is Opcode.TEXT and frame.fin:
            self._deliver(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._parts = [bytes(frame.data)]
        elif self._parts is not None:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                parts, self._parts = self._parts, None
                self._deliver(b"".join(parts))

    def _deliver(self, text: bytes) -> None:
        try:
            text.decode()
        except UnicodeDecodeError:
            self.close(codes.INVALID_DATA, "a text message must be UTF-8")
            return
        if self._owner is not None:
            self._owner.received(text)

    # Inside

    def _beat(self) -> None:
        self._timer = None
        if self._transport is None:
            return
        now = self._loop.time()
        if not self._reading:
            # It may well speak: it is this side that doesn't listen. Then it lives as long as
            # it takes what it is sent.
            self._heard_at = max(self._heard_at, self._blocked_at) if self._paused else now
        silent = now - self._heard_at
        if silent >= DEAD_SECONDS:
            self._end()
            self._transport.abort()
            return
        if silent >= HEARTBEAT_SECONDS:
            self.send(PING)
        if not self._closing:
            following = min(HEARTBEAT_SECONDS, DEAD_SECONDS - silent)
            self._timer = self._loop.call_later(following, self._beat)

    def _flush_wire(self) -> None:
        """Write what the wire's own state machine has to say."""
        output = b"".join(self._wire.data_to_send())
        if output and self._transport is not None and not self._transport.is_closing():
            self._transport.write(output)

    def _end(self) -> None:
        """No message is taken or sent from here on. The owner hears of it once."""
        if self._closing:
            return
        self._closing = True
        self._queue, self._queued, self._parts = None, 0, None
        self._cancel_timer()
        self._release()
        owner = self._owner
        if owner is not None:
            owner.lost()

    def _fail(self) -> None:
        """The client broke the protocol, or sent too much at once: the parser has made a
        close frame with the code. What is still on its way is read and dropped, as closing
        with unread data would reset the connection, and the client never see the code."""
        transport = self._transport
        if self._closing or transport is None:
            return
        self._end()
        self._flush_wire()
        self._reading = False
        self.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
        self._timer = self._loop.call_later(CLOSE_SECONDS, transport.abort)

    def _close_transport(self) -> None:
        self._cancel_timer()
        if self._transport is not None:
            self._timer = self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
            self._transport.close()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _release(self) -> None:
        waiting, self._writable = self._writable, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


class LargeSocketProtocol(SocketProtocol):
    """The same for clients that are trusted with whole documents."""

    __slots__ = ()
    max_message_bytes = MAX_LARGE_MESSAGE_BYTES
