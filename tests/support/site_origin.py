"""A small HTTP server that plays the API's /site for nginx, and says what it was asked."""

import gzip
import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    answered: int = 0


@dataclass
class SiteOrigin:
    """Serves `pages` (path below /site -> body), each with its ETag."""

    host: str = "127.0.0.1"
    port: int = 0
    pages: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Added to every answer."""
    status: int = 200
    """Answered to everything, where it is not 200."""
    asked: list[Asked] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    """No answer is given while it is not set."""
    _server: ThreadingHTTPServer | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    def start(self) -> "SiteOrigin":
        """Listen, on the same port as before if it was started before."""
        server = _Server((self.host, self.port), _handler_of(self))
        self.port = server.server_address[1]
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def asked_for(self, path: str) -> list[Asked]:
        """The requests for `path`, oldest first."""
        return [request for request in self.asked if request.target == path]


def is_packed(request: Asked, media_type: str, body: bytes) -> bool:
    """Whether the answer is compressed, as the API's is: text that is worth it, for who asks."""
    asks = request.headers.get("accept-encoding") == "gzip"
    return asks and len(body) >= 1024 and media_type.startswith("text/")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


def _handler_of(origin: SiteOrigin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
            origin.asked.append(request)
            origin.gate.wait(10)
            status, body, etag = self._answer(request)
            request.answered = status
            self.send_response(status)
            headers = {"Content-Type": "text/html", **origin.headers}
            if status == 200 and is_packed(request, headers["Content-Type"], body):
                body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
            for name, value in headers.items():
                self.send_header(name, value)
            if etag:
                self.send_header("ETag", etag)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and status != 304:
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815
        do_POST = do_GET  # noqa: N815

        def _answer(self, request: Asked) -> tuple[int, bytes, str]:
            if origin.status != 200:
                return origin.status, b"the origin is unwell", ""
            body = origin.pages.get(request.target.removeprefix("/site"))
            if body is None:
                return 404, b"no such page", ""
            kind = {"Content-Type": "text/html", **origin.headers}["Content-Type"]
            packed = "-gz" if is_packed(request, kind, body) else ""
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}{packed}"'
            if request.headers.get("if-none-match") == etag:
                return 304, b"", etag
            return 200, body, etag

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is printed."""

    return Handler
