"""What a case of the SDKs needs around it: accounts, collections, a way through the network for each
client, and a small HTTP server by which a runner, in whichever language, asks for what its steps do to
the world.

The server also hands out pages, so that a runner in a browser has an origin."""

import contextlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import GOOD_PASSWORD, CoreApi, new_email
from support.lossy_network import LossyNetwork, State
from support.sockets import Refused

Json = dict[str, Any]

MANY = 150
"""A backpack has at most 200 collections, and dropping one takes a second."""


class World:
    """The world of one case."""

    def __init__(
        self,
        api: CoreApi,
        signer: AdminSigner,
        case: Json,
        collections: deque[str],
        way_to_redis: LossyNetwork | None = None,
    ) -> None:
        """`collections`: those of all worlds of this API, the oldest first. `way_to_redis`: that of an API
        of the world's own."""
        self.api = api
        self._way_to_redis = way_to_redis
        self._admin = AdminHttp(api, signer)
        self._networks: dict[str, LossyNetwork] = {}
        self._collections = collections
        self.variables: Json = {"unique": secrets.token_hex(5)}
        self.clock: int = case.get("clock", 0)
        """Milliseconds that the clients' clock is off."""
        for name in case.get("users", ()):
            self.variables[name] = self._register()
        self._make_collections(case.get("collections", ()))
        self.clients: Json = {}
        wanted: Json = {name: {"of": name} for name in case.get("users", ())}
        for name, client in case.get("clients", {}).items():
            wanted[name] = {**wanted.get(name, {}), **client}
        for name, client in wanted.items():
            network = self._networks[name] = LossyNetwork(api.public.removeprefix("http://"))
            of = client.get("of")
            self.clients[name] = {
                "url": f"http://{network.host}",
                "account": self.variables[of] if of else None,
                "options": client.get("options", {}),
                "maker": client.get("maker"),
            }

    def to_json(self, control: str) -> Json:
        """What a runner is given; `control` is where it asks for what only the world can do."""
        return {
            "clients": self.clients,
            "variables": self.variables,
            "control": control,
            "clock": self.clock,
        }

    def act(self, action: str, step: Json) -> Any:
        """Do what a step asks of the world; its keys are the parameters."""
        method: Callable[..., Any] = getattr(self, f"do_{action}")
        return method(**step)

    def close(self) -> None:
        for network in self._networks.values():
            network.close()
        while len(self._collections) > MANY:
            with contextlib.suppress(Refused):  # its case has dropped it
                self.do_drop(self._collections.popleft())

    # Actions

    def do_network(self, of: str, **state: str) -> None:
        self._networks[of].become(State(state["is"]))

    def do_store(self, **state: str) -> None:
        assert self._way_to_redis is not None
        self._way_to_redis.become(State(state["is"]))

    def do_attempts(self, of: str) -> int:
        return self._networks[of].attempts

    def do_endSessions(self, of: str) -> None:  # noqa: N802  as steps write it
        self._console("users.endSessions", userId=self.variables[of]["id"])

    def do_minutesFromNow(self, id: str) -> int:  # noqa: A002, N802  as steps write it
        """How far the time in a document's id is from now."""
        return round((int(id.replace("-", "")[:12], 16) / 1000 - time.time()) / 60)

    def do_rules(self, collection: str, **rules: str) -> None:
        self._console("collections.setRules", collection=collection, rules=rules)

    def do_drop(self, collection: str) -> None:
        self._console("collections.drop", collection=collection)

    def do_restart(self) -> None:
        self.do_stop()
        self.do_start()

    def do_stop(self) -> None:
        self.api.kill()

    def do_start(self) -> None:
        self.api.start()
        for network in self._networks.values():
            network.target = self.api.public.removeprefix("http://")

    # Inside

    def _register(self) -> Json:
        account = {"email": new_email(), "password": GOOD_PASSWORD}
        answer = httpx.post(f"{self.api.public}/auth/register", json=account, timeout=20)
        assert answer.status_code == 201, answer.text
        return {"id": answer.json()["id"], **account}

    def _make_collections(self, wanted: Any) -> None:
        for name in wanted:
            unique = f"{name}-{secrets.token_hex(5)}"
            rules = wanted[name] if isinstance(wanted, dict) else {}
            self._console("collections.create", collection=unique, rules=rules)
            self.variables[name] = unique
            self._collections.append(unique)

    def _console(self, op: str, **fields: Any) -> Any:
        with self._admin.socket() as socket:
            return socket.call(op, **fields)


class Control:
    """The server that runners talk to: `POST /<action>` with the step's parameters, and `GET` of pages."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.pages: dict[str, tuple[str, bytes]] = {}
        """Path to content type and content."""
        control = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = control.pages.get(self.path, ("", b""))
                self._answer(200 if kind else 404, kind or "text/plain", content)

            def do_POST(self) -> None:
                step = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                assert control.world is not None
                result = control.world.act(self.path.removeprefix("/"), step)
                self._answer(200, "application/json", json.dumps(result).encode())

            def _answer(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
