"""A way through the network that tests can break: a TCP proxy that cuts, freezes, or loses answers."""

import contextlib
import socket
import struct
import threading
from enum import StrEnum

CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)


class State(StrEnum):
    """What the network does."""

    UP = "up"
    CUT = "cut"
    """Connections end, and new ones are refused."""
    FROZEN = "frozen"
    """Nothing passes, and nothing ends, as behind a router that was unplugged."""
    MUTE = "mute"
    """What the client sends arrives, what it should hear is lost."""


class LossyNetwork:
    """A way to `target`, `host:port`."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.attempts = 0
        """How often somebody has tried to connect."""
        self._marker: bytes | None = None
        self._whole = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._changed = threading.Condition()
        self._state = State.UP
        self._sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
        if state is State.CUT:
            self._end_all()

    def lose(self, marker: bytes, *, whole: bool) -> None:
        """End the next connection over which a client sends this: at once, or, with `whole`, when the
        answer comes, which is lost."""
        self._marker, self._whole = marker, whole

    def close(self) -> None:
        # Shut down first: a thread that waits in accept keeps a closed listener alive.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.become(State.CUT)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.attempts += 1
                if self._state is State.CUT:
                    _reset(client)
                else:
                    threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        host, _, port = self.target.rpartition(":")
        try:
            server = socket.create_connection((host, int(port)))
        except OSError:
            _reset(client)
            return
        with self._changed:
            self._sockets |= {client, server}
            cut = self._state is State.CUT
        if cut:
            self._end_all()
        doomed = threading.Event()
        back = threading.Thread(target=self._pump, args=(server, client, False, doomed), daemon=True)
        back.start()
        self._pump(client, server, True, doomed)
        back.join()
        with self._changed:
            self._sockets -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                with self._changed:
                    self._changed.wait_for(lambda: self._state is not State.FROZEN)
                    state = self._state
                if up and self._marker is not None and self._marker in data:
                    self._marker = None
                    doomed.set()
                if state is State.CUT or (doomed.is_set() and not (up and self._whole)):
                    _end(source)
                    _end(sink)
                    break
                if up or state is State.UP:
                    sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _end_all(self) -> None:
        with self._changed:
            sockets = list(self._sockets)
        for one in sockets:
            _end(one)


def _end(one: socket.socket) -> None:
    """End a connection that another thread reads."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.shutdown(socket.SHUT_RDWR)


def _reset(client: socket.socket) -> None:
    """End a connection in a way that its client notices at once."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    client.close()
