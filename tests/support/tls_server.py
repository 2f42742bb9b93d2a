"""A server that only shows certificates, by the host that it is asked for: what Traefik's
HTTPS entry point is to whoever looks at it."""

import socket
import ssl
import tempfile
import threading
from pathlib import Path
from typing import Self

from support.certificates import Pair


class TlsServer:
    """On a free port of 127.0.0.1. `pairs`: host -> certificate; `default` is for others,
    or with None the handshake is refused. Both may be changed while it runs."""

    def __init__(self, default: Pair | None = None) -> None:
        self.default = default
        self.pairs: dict[str, Pair] = {}
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="tls server")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave accept() waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._shake_hands(connection)

    def _shake_hands(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            # Refused as it should be, or the client has seen enough.
            return

    def _choose(self, secured: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
        self.asked.append(host or "")
        pair = self.pairs.get(host or "", self.default)
        if pair is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        secured.context = _context(pair)
        return None


def _context(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        # The library takes files only.
        file = Path(directory) / "pair.pem"
        file.write_text(pair.key + pair.certificate)
        context.load_cert_chain(file)
    return context
