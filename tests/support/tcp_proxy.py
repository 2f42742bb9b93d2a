"""A TCP proxy that can hold back what a server answers on some of its connections."""

import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK = 65536


class TcpProxy:
    """Forwards connections to `target`, `host:port`. Between `hold` and `release`, what
    comes in answer to a command with `mark` in it is held back."""

    def __init__(self, target: str, mark: bytes) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._mark = mark
        self._open = threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.set()
        for one in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                marked = threading.Event()
                for work in ((client, server, marked, True), (server, client, marked, False)):
                    threading.Thread(target=self._pump, args=work, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, marked: threading.Event, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if up and self._mark in data:
                    marked.set()
                elif up:
                    marked.clear()
                elif marked.is_set():
                    self._open.wait()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tcp_proxy(target: str, mark: bytes) -> Iterator[TcpProxy]:
    """A proxy for as long as it is needed."""
    proxy = TcpProxy(target, mark)
    try:
        yield proxy
    finally:
        proxy.close()
