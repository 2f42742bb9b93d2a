"""HTTP/1.1 as uvicorn reads it, but that what can't be read at all is answered with
a problem too, and that nobody holds a connection by being slow on purpose.

A request that has not begun its way through the application has no middleware that
could answer for it: its head must come within seconds and be small, its body must
keep coming, and what is answered must be taken.
"""

import logging
import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backpack_api.domain.json_text import to_json
from backpack_api.logs import FIELDS
from backpack_api.problems import HeadTooLarge, MalformedRequest, Problem, RequestTimeout

HEAD_SECONDS = 10.0
"""From a request's first byte to the end of its headers."""
FIRST_REQUEST_SECONDS = 20.0
"""How long a new connection may say nothing."""
MAX_HEAD_BYTES = 64 * 1024
BODY_SECONDS = 10.0
"""A body must bring `MIN_BODY_BYTES` in each span of this while we wait for it."""
MIN_BODY_BYTES = 2 * 1024
TAKE_SECONDS = 60.0
"""How long an answer may wait for a client that doesn't read; the kernel takes the first
hundreds of kilobytes, so this is for large ones."""

_HEAD_TOO_LARGE = f"The headers of a request are at most {MAX_HEAD_BYTES} bytes."
_REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}

log = logging.getLogger("backpack_api.requests")


class HttpProtocol(HttpToolsProtocol):
    """One connection. `end_if_slow` is to be called every second or so."""

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        super().connection_made(transport)
        self._head_since: float | None = None
        self._head_bytes = 0
        self._received_bytes = 0
        self._in_message = False
        self._span_since = self._quiet_since = self.loop.time()
        self._span_bytes = 0
        self._blocked_since: float | None = None
        self._has_asked = False

    def data_received(self, data: bytes) -> None:
        self._received_bytes = len(data)
        super().data_received(data)
        self._span_bytes += len(data)
        if self._head_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(HeadTooLarge(_HEAD_TOO_LARGE))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_message = True
        self._head_since = self.loop.time()
        self._head_bytes = 0
        self._has_asked = True

    def on_headers_complete(self) -> None:
        # What came at once can be the head's end, and a body or further requests: only then it is added up.
        if self._head_bytes + self._received_bytes > MAX_HEAD_BYTES and self._size_of_head > MAX_HEAD_BYTES:
            self._refuse(HeadTooLarge(_HEAD_TOO_LARGE))
            raise ValueError(_HEAD_TOO_LARGE)  # the parser must not go on
        self._head_since = None
        self._begin_span(self.loop.time())
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._quiet_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._blocked_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._blocked_since = None

    def end_if_slow(self, now: float) -> None:
        """End the connection where its client takes longer than anyone needs. `now`: on
        the event loop's clock."""
        if self._blocked_since is not None and now - self._blocked_since > TAKE_SECONDS:
            log.info("answer not taken", extra={FIELDS: {"seconds": TAKE_SECONDS}})
            self.transport.abort()
        elif self.flow.read_paused:  # it is we who let it wait
            self._begin_span(now)
            self._head_since = None if self._head_since is None else now
        elif self._head_since is not None:
            if now - self._head_since > HEAD_SECONDS:
                self._refuse(RequestTimeout("The headers of the request took too long to arrive."))
        elif self._in_message:
            self._end_if_body_is_slow(now)
        elif not self._is_under_way and now - self._quiet_since > self._longest_quiet:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  its words are not ours
        """Answer 400 and close the connection: where the next request begins is unknown."""
        self._refuse(MalformedRequest("This is not an HTTP request that can be read."))

    def _end_if_body_is_slow(self, now: float) -> None:
        if now - self._span_since > BODY_SECONDS:
            if self._span_bytes < MIN_BODY_BYTES:
                self._refuse(RequestTimeout("The body of the request came too slowly."))
            self._begin_span(now)

    def _begin_span(self, now: float) -> None:
        self._span_since = now
        self._span_bytes = 0

    def _refuse(self, problem: Problem) -> None:
        """Answer from here, unless the application has begun to, and close the connection."""
        if self.transport.is_closing():
            return
        request_id = secrets.token_hex(12)
        log.info(
            "refused request",
            extra={FIELDS: {"requestId": request_id, "status": problem.status, "type": problem.slug}},
        )
        under_way = self._is_under_way
        if under_way and self.cycle.response_started:
            self.transport.abort()
            return
        self.transport.write(_answer(problem, request_id))
        if under_way:
            # The application sees that the client is gone, and what it answers goes nowhere.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    @property
    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    @property
    def _is_under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _longest_quiet(self) -> float:
        # uvicorn's own timer ends with any byte, also with one that begins no request.
        return self.timeout_keep_alive + 1 if self._has_asked else FIRST_REQUEST_SECONDS


def _answer(problem: Problem, request_id: str) -> bytes:
    body = to_json(problem.document())
    head = (
        f"HTTP/1.1 {problem.status} {_REASONS[problem.status]}\r\n"
        "content-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\n"
        "cache-control: no-store\r\n"
        "x-content-type-options: nosniff\r\n"
        f"x-request-id: {request_id}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + body
