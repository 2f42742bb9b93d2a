"""The envelope: `{"id", "op", …}` is answered with `{"re", "ok", "data"}`, or with
`{"re", "ok", "error"}`, where the error is a problem's document.

The messages of one socket are served one after the other, so that what a client asks for
happens in its order; those of different sockets at the same time.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from backpack_api.domain.json_text import JsonObject, parse_json, to_json
from backpack_api.domain.token_bucket import TokenBucket
from backpack_api.logs import FIELDS
from backpack_api.problems import (
    UNEXPECTED,
    InternalError,
    InvalidValue,
    MalformedRequest,
    Problem,
    TooLarge,
    TooManyRequests,
)
from backpack_api.sockets import codes
from backpack_api.sockets.frames import text_frame
from backpack_api.sockets.operations import Operations
from backpack_api.sockets.protocol import SocketProtocol

MAX_ANSWER_BYTES = 1024 * 1024
MESSAGES_PER_SECOND = 120.0
MESSAGES_AT_ONCE = 240.0
"""A little more than what is promised: 100 a second, and 200 at once."""
REFUSALS_AT_ONCE = 100.0
REFUSALS_PER_SECOND = 10.0
"""Who is refused more often than this doesn't listen: the socket is closed."""
MAX_WAITING = 64
"""Messages that wait for the one before: with more, no more is read from the client."""

log = logging.getLogger("backpack_api.sockets")

S = TypeVar("S", bound="Connection[Any]")


class Connection(Generic[S]):
    """One socket as its operations see it: to be derived from, with what they need to know
    of the client. `S` is the deriving class."""

    max_answer_bytes: ClassVar[int] = MAX_ANSWER_BYTES

    def __init__(self, socket: SocketProtocol, operations: Operations[S], request_id: str) -> None:
        self.socket = socket
        self.request_id = request_id
        """Of the upgrade: names the socket in the log."""
        self._operations = operations
        self._waiting: deque[JsonObject] = deque()
        self._held_up = False
        """Whether no more is read until fewer wait."""
        self._afterwards: list[Callable[[], None]] = []
        self._worker: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._messages = TokenBucket(burst=MESSAGES_AT_ONCE, per_second=MESSAGES_PER_SECOND)
        self._refusals = TokenBucket(burst=REFUSALS_AT_ONCE, per_second=REFUSALS_PER_SECOND)

    def admit(self, message: JsonObject) -> None:
        """Raise a problem where this message isn't to be served: before it is."""

    def answers(self, message: JsonObject) -> bool:  # noqa: ARG002  for who derives
        """Whether this message is answered where all went well."""
        return True

    def closed(self) -> None:
        """The socket is over: let go of what it held. Called once."""

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do this once the message that is being served was answered, before the next one."""
        self._afterwards.append(action)

    def send(self, value: JsonObject) -> None:
        """Send a message that answers none."""
        self.socket.send(text_frame(to_json(value)))

    # What the protocol calls

    def received(self, text: bytes) -> None:
        allowed = self._messages.take(self._loop.time())
        message: JsonObject = {}
        try:
            message = _message_of(text)
            if not allowed:
                raise TooManyRequests(
                    f"At most {MESSAGES_PER_SECOND:g} messages a second. Wait a second.", retry_after=1
                )
        except Problem as problem:
            self._answer_error(_id_of(message), problem)
            if not allowed and not self._refusals.take(self._loop.time()):
                self.socket.close(codes.POLICY_VIOLATION, "too many messages")
            return
        self._waiting.append(message)
        if self._worker is None:
            self._worker = self._loop.create_task(self._work())
        elif len(self._waiting) >= MAX_WAITING and not self._held_up:
            self._held_up = True
            self.socket.pause_reading()

    def lost(self) -> None:
        self._waiting.clear()
        self.closed()

    # Inside

    async def _work(self) -> None:
        try:
            while self._waiting:
                message = self._waiting.popleft()
                if self._held_up and len(self._waiting) < MAX_WAITING:
                    self._held_up = False
                    # What has come meanwhile comes at once now, though it was sent at leisure.
                    self._messages.catch_up(self._loop.time())
                    self.socket.resume_reading()
                await self._serve(message)
                afterwards, self._afterwards = self._afterwards, []
                for action in afterwards:
                    action()
                await self.socket.drained()
        finally:
            self._worker = None

    async def _serve(self, message: JsonObject) -> None:
        id_ = _id_of(message)
        try:
            self.admit(message)
            fields = {key: value for key, value in message.items() if key not in ("id", "op")}
            data = await self._operations.run(self, message.get("op"), fields)  # type: ignore[arg-type]
            answer = _answer_of(id_, data, self.max_answer_bytes)
        except Problem as problem:
            self._answer_error(id_, problem)
        except Exception:
            log.exception("unhandled error", extra={FIELDS: {"requestId": self.request_id}})
            self._answer_error(id_, InternalError(UNEXPECTED))
        else:
            if self.answers(message):
                self.socket.send(text_frame(answer))

    def _answer_error(self, id_: Any, problem: Problem) -> None:
        self.send({"re": id_, "ok": False, "error": problem.document()})


def _message_of(text: bytes) -> JsonObject:
    """The message of a text. Raises `MalformedRequest` or `InvalidValue`."""
    if not text:
        raise MalformedRequest("The message is empty; it must be JSON.")
    try:
        value = parse_json(text)
    except MalformedRequest as problem:
        raise MalformedRequest(problem.detail.replace("The body", "The message")) from problem
    if not isinstance(value, dict):
        raise InvalidValue.at("", "a message must be a JSON object")
    if not isinstance(value.get("id"), str | int | float | None) or isinstance(value.get("id"), bool):
        raise InvalidValue.at("/id", "must be a string or a number")
    return value


def _id_of(message: JsonObject) -> Any:
    return message.get("id")


def _answer_of(id_: Any, data: Any, limit: int) -> bytes:
    """The answer's text. Raises `TooLarge`."""
    answer = to_json({"re": id_, "ok": True, "data": data})
    if len(answer) > limit:
        raise TooLarge(
            f"An answer on a socket is at most {limit} bytes; this one would be "
            f"{len(answer)}. Ask for less, or ask over HTTP."
        )
    return answer
