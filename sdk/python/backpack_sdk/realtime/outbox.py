"""Requests on their way: in their order, not faster than the API takes them, not lost with a connection."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import BackpackError, from_problem, own_error
from .link import Message

MAX_BYTES = 64 * 1024
ENVELOPE = 100
"""Bytes of a message beside its fields."""
BURST = 120
"""A socket may send 200 messages at once, and 100 a second; other things are sent besides."""
REFILL = 9
REFILL_EVERY = 0.1
"""Seconds."""


def nothing(_: Any) -> None:
    """What happens to an answer that nobody waits for."""


@dataclass(eq=False, slots=True)
class Entry:
    """One request."""

    op: str
    fields: dict[str, Any]
    fate: Literal["resend", "fail", "drop"]
    """With the connection it is sent again, fails where it was sent, or goes."""
    answered: Callable[[Any], None] = nothing
    """Called before any later message is looked at."""
    failed: Callable[[BackpackError], None] = nothing


class Outbox:
    """The requests of one client."""

    def __init__(self, limit: int) -> None:
        """`limit`: how many may wait."""
        self._limit = limit
        self._send: Callable[[str], None] | None = None
        self._queue: deque[Entry] = deque()
        self._sent: dict[int, Entry] = {}
        self._last = 0
        self._budget = BURST
        self._refill: asyncio.TimerHandle | None = None

    def put(self, entry: Entry) -> None:
        """Take a request in. Fails at once what is too large, or one too many."""
        if not _fits(entry):
            return
        if len(self._queue) >= self._limit:
            entry.failed(own_error("queue-full", f"{self._limit} requests wait for a connection already."))
        else:
            self._queue.append(entry)
            self._flush()

    def connected(self, send: Callable[[str], None], first: list[Entry]) -> None:
        """There is a connection: `first` goes before all that waits."""
        self._send = send
        self._budget = BURST
        self._queue.extendleft(reversed([entry for entry in first if _fits(entry)]))
        self._flush()

    def lost(self, error: BackpackError | None) -> None:
        """The connection is gone; with an error for good: nothing is kept."""
        sent, waiting = list(self._sent.values()), list(self._queue)
        kept: list[Entry] = []
        failed: list[Entry] = []
        for entry in sent + waiting:
            if entry.fate == "drop":
                failed += [entry] if error else []
            elif error or (entry.fate == "fail" and entry in sent):
                failed.append(entry)
            else:
                kept.append(entry)
        self._send = None
        self._sent.clear()
        self._queue = deque(kept)
        reason = error or own_error(
            "unreachable", "The connection was lost: it may or may not have happened."
        )
        for entry in failed:
            entry.failed(reason)

    def answer(self, message: Message) -> None:
        """The answer to a request has come."""
        entry = self._sent.pop(message["re"], None)
        if entry is None:
            return
        if message.get("ok"):
            entry.answered(message.get("data"))
        else:
            entry.failed(from_problem(message["error"]))

    def asks(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._sent)

    def forget(self, entry: Entry) -> None:
        """Whoever has asked doesn't want to know any more."""
        self._queue = deque(one for one in self._queue if one is not entry)
        self._sent = {number: one for number, one in self._sent.items() if one is not entry}

    def _flush(self) -> None:
        while self._send and self._queue and self._budget > 0:
            self._budget -= 1
            entry = self._queue.popleft()
            self._last += 1
            self._sent[self._last] = entry
            self._send(_text({"id": self._last, "op": entry.op, **entry.fields}))
        if self._budget < BURST and self._refill is None:
            self._refill = asyncio.get_running_loop().call_later(REFILL_EVERY, self._more)

    def _more(self) -> None:
        self._refill = None
        self._budget = min(BURST, self._budget + REFILL)
        self._flush()


def _text(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _fits(entry: Entry) -> bool:
    """Whether a socket takes it; fails it, where not: the server would end the connection, each time anew."""
    if len(_text(entry.fields).encode()) + ENVELOPE <= MAX_BYTES:
        return True
    detail = f"A message is at most {MAX_BYTES} bytes; larger documents go over HTTP."
    entry.failed(BackpackError(413, "/problems/too-large", detail))
    return False
