"""An HTTP server that answers what a test lists: what an ingress says while the dashboard behind it
restarts, or what is no dashboard at all."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Says:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_of(value: Any, status: int = 200) -> Says:
    return Says(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def lines_of(*values: Any) -> Says:
    """A stream that ends so."""
    return Says(200, b"".join(json.dumps(one).encode() + b"\n" for one in values))


AWAY = Says(503, b"no available server\n", {"Content-Type": "text/plain"})
"""What Traefik answers where a service has no pod that is ready."""


class ScriptedServer:
    """On a free port of 127.0.0.1. `answers`: for `GET /path`, without a query, what is said one after the
    other, the last for ever; 404 for what isn't listed. `asked`: methods and paths with their queries."""

    def __init__(self, answers: dict[str, Sequence[Says]]) -> None:
        self.asked: list[str] = []
        left = {asked: list(says) for asked, says in answers.items()}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = f"{self.command} {self.path}"
                server.asked.append(asked)
                says = left.get(asked.partition("?")[0], [Says(404)])
                one = says.pop(0) if len(says) > 1 else says[0]
                self.send_response_only(one.status)
                for name, value in {**one.headers, "Content-Length": str(len(one.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(one.body)

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def do_DELETE(self) -> None:
                self._answer()

            def log_message(self, *_: object) -> None:
                """Not to the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def variables(self) -> dict[str, str]:
        """Of a command that takes it for its dashboard."""
        return {"BACKPACK_DASHBOARD": self.url, "BACKPACK_TOKEN": "bpt_x"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
