"""What stands for the admin listeners of all APIs of a test: it takes configurations and
credentials, or refuses them, and remembers them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import jwt

from backpack_contract import store_credentials
from backpack_contract.store_credentials import StoreCredentials


class AdminListener:
    """On a free port of 127.0.0.1. `refusal`: a status and a sentence to answer with;
    `in_force`: the revision that what it works by has already."""

    def __init__(self) -> None:
        self.refusal: tuple[int, str] | None = None
        self.in_force = 0
        self.stores_ready = True
        """Whether the stores have learnt what is asked of them."""
        self.credentials: list[StoreCredentials] = []
        self.taken: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        """Of each that was taken: what it was sent with."""
        self.asked = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = listener._answer(self.path, self.headers["Authorization"], body)
                text = json.dumps(answer).encode() if answer else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Not to the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def of(self, name: str) -> list[dict[str, Any]]:
        """The configurations that the API of this Backpack has taken."""
        return [one for one in self.taken if one["name"] == name]

    def _answer(self, path: str, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path == store_credentials.PATH:
            self.credentials.append(StoreCredentials.from_json(body))
            return (204, {}) if self.stores_ready else (409, {"detail": "Not yet."})
        self.asked += 1
        configuration = json.loads(body)
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False})
        if path != "/admin/config" or claims["sub"] != "operator" or claims["aud"] != configuration["uid"]:
            return 401, {"detail": "not for this backpack"}
        if self.refusal is not None:
            return self.refusal[0], {"detail": self.refusal[1]}
        if configuration["revision"] < self.in_force:
            return 409, {"detail": "A newer one is in force.", "revision": self.in_force}
        self.taken.append(configuration)
        self.tokens.append(token)
        return 200, {"generation": configuration["generation"]}
