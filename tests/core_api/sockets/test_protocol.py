"""When a connection is taken for dead, by a clock of the test's own."""

from types import SimpleNamespace
from typing import Any

import pytest

from backpack_api.sockets.protocol import DEAD_SECONDS, SocketProtocol


class Loop:
    """A clock, and what is to be called later by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.later: list[tuple[float, Any]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Any) -> Any:
        entry = (self.now + seconds, call)
        self.later.append(entry)
        return SimpleNamespace(cancel=lambda: self.later.remove(entry))

    def go(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [entry for entry in self.later if entry[0] <= end]:
            entry = min(due, key=lambda one: one[0])
            self.later.remove(entry)
            self.now = entry[0]
            entry[1]()
        self.now = end


class Transport:
    """The connection, of which only its end matters."""

    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def socket(loop: Loop, transport: Transport) -> SocketProtocol:
    """An open connection, which has just said something."""
    config: Any = SimpleNamespace(loaded_app=None, root_path="")
    state: Any = SimpleNamespace(connections=set(), tasks=set())
    socket = SocketProtocol(config, state, {}, loop)  # type: ignore[arg-type]
    socket.connection_made(transport)  # type: ignore[arg-type]
    socket._owner = SimpleNamespace(lost=lambda: None)  # type: ignore[assignment]
    socket._heard_at = loop.now
    socket._beat()
    return socket


def test_who_says_nothing_is_dead(socket: SocketProtocol, loop: Loop, transport: Transport) -> None:
    loop.go(DEAD_SECONDS - 1)
    assert socket.open
    loop.go(2)
    assert transport.aborted


def test_who_is_not_listened_to_is_not(socket: SocketProtocol, loop: Loop, transport: Transport) -> None:
    socket.pause_reading()
    loop.go(10 * DEAD_SECONDS)
    assert socket.open
    assert not transport.aborted


def test_but_who_takes_nothing_either_is(socket: SocketProtocol, loop: Loop, transport: Transport) -> None:
    socket.pause_reading()
    loop.go(2 * DEAD_SECONDS)
    socket.pause_writing()
    loop.go(DEAD_SECONDS - 1)
    assert not transport.aborted
    loop.go(10)
    assert transport.aborted


def test_who_takes_it_slowly_lives(socket: SocketProtocol, loop: Loop, transport: Transport) -> None:
    socket.pause_reading()
    for _ in range(10):
        socket.pause_writing()
        loop.go(DEAD_SECONDS - 1)
        socket.resume_writing()
    assert not transport.aborted
