"""A client of `/realtime` for tests: calls, and the events that come in between."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support.core_api import CoreApi, Person

WITHIN = 10.0
Message = dict[str, Any]


class Refused(Exception):
    """An operation was answered with a problem."""

    def __init__(self, problem: Message) -> None:
        super().__init__(f"{problem['status']}: {problem['detail']}")
        self.status: int = problem["status"]
        self.problem = problem


class Socket:
    """One connection. What isn't waited for yet is kept, in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._kept: list[Message] = []
        self._calls = 0

    def send(self, message: Message) -> None:
        self.connection.send(json.dumps(message))

    def call(self, op: str, **fields: Any) -> Any:
        """The data of the answer. Raises `Refused`."""
        self._calls += 1
        id_ = self._calls
        self.send({"id": id_, "op": op, **fields})
        return data_of(self.wait(lambda message: "re" in message and message["re"] == id_))

    def event(self, kind: str, within: float = WITHIN, **fields: Any) -> Message:
        """The next event of this kind with these fields; those before it stay kept."""
        return self.wait(
            lambda message: message.get("ev") == kind and all(message.get(k) == v for k, v in fields.items()),
            within,
        )

    def wait(self, wanted: Callable[[Message], bool], within: float = WITHIN) -> Message:
        """The first message that is wanted."""
        for number, message in enumerate(self._kept):
            if wanted(message):
                return self._kept.pop(number)
        deadline = time.monotonic() + within
        while True:
            message = self._receive(deadline)
            if wanted(message):
                return message
            self._kept.append(message)

    def events(self, kind: str) -> list[Message]:
        """Every event of this kind that has come, once a ping was answered after them."""
        self.call("ping")
        found = [message for message in self._kept if message.get("ev") == kind]
        self._kept = [message for message in self._kept if message.get("ev") != kind]
        return found

    def close_code(self, within: float = WITHIN) -> int:
        """The code that the server closes with. What comes before is kept."""
        deadline = time.monotonic() + within
        while True:
            try:
                self._kept.append(self._receive(deadline))
            except ConnectionClosed as closed:
                if closed.rcvd is None:
                    raise AssertionError("cut without a close frame") from closed
                return closed.rcvd.code

    def close(self) -> None:
        self.connection.close()

    def _receive(self, deadline: float) -> Message:
        try:
            text = self.connection.recv(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise AssertionError(f"nothing more has come; before it came: {self._kept}") from None
        message: Message = json.loads(text)
        return message


def data_of(answer: Message) -> Any:
    """The data of an answer. Raises `Refused`."""
    if not answer["ok"]:
        assert set(answer) == {"re", "ok", "error"}
        raise Refused(answer["error"])
    assert set(answer) == {"re", "ok", "data"}
    return answer["data"]


@contextmanager
def open_socket(
    api: CoreApi, headers: Mapping[str, str] | None = None, query: str = "", **options: Any
) -> Iterator[Socket]:
    """A connection that nobody has signed in at, unless the headers do."""
    url = api.public.replace("http://", "ws://") + f"/realtime{query}"
    options.setdefault("compression", None)
    options.setdefault("max_size", 2**24)
    with connect(url, additional_headers=dict(headers or {}), proxy=None, **options) as connection:
        yield Socket(connection)


@contextmanager
def socket_of(api: CoreApi, person: Person, **options: Any) -> Iterator[Socket]:
    """A connection of this person's, who has been greeted; `hello` is no longer among the events."""
    with open_socket(api, {"Authorization": f"Bearer {person.token}"}, **options) as socket:
        hello = socket.event("hello")
        assert hello["user"]["id"] == person.id
        yield socket
