"""An HTTP proxy between an operator and its API server, in which a test does what a bad
network and an overloaded server do. It runs on an event loop in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from backpack_contract.resources import FIELD_MANAGER
from support.control_plane import ControlPlane

_PASSED_ON = ("Accept", "Authorization", "Content-Type", "User-Agent")


@dataclass(frozen=True)
class Asked:
    """One request of the operator."""

    method: str
    path: str
    query: dict[str, str]
    by_reconciler: bool
    """And not by the informer."""

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def watches(self) -> bool:
        return self.query.get("watch") == "true"


@dataclass(frozen=True)
class Answer:
    """What the proxy says in the API server's place; `lost`: the connection breaks instead,
    after the server has done what it was asked for."""

    status: int = 500
    message: str = "the test says so"
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


class ApiProxy:
    """`instead(asked)`: an answer in the place of the server's, or None; `after(asked)` is
    called once the server has answered, before the operator hears of it."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self.instead: Callable[[Asked], Answer | None] = lambda _: None
        self.after: Callable[[Asked], None] = lambda _: None
        self.asked: list[Asked] = []
        self.statuses: list[int] = []
        self.expired = 0
        """How often a watch was told that what it goes on from is too old."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self) -> None:
        """Nobody listens any more, and all connections are gone."""
        self._do(self._stop_listening())

    def accept(self) -> None:
        self._do(self._listen())

    @contextmanager
    def away(self) -> Iterator[None]:
        """The API server can't be reached within the block."""
        self.refuse()
        try:
            yield
        finally:
            self.accept()

    def cut(self) -> None:
        """Break all connections; new ones are taken."""
        self._do(self._abort())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _open(self) -> None:
        trust = ssl.create_default_context(cafile=str(self._plane.pki / "ca.crt"))
        self._session = aiohttp.ClientSession(
            self._plane.server,
            connector=aiohttp.TCPConnector(ssl=trust, limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"Accept-Encoding": "identity"},
        )
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen()

    async def _close(self) -> None:
        await self._abort()
        await self._runner.cleanup()
        await self._session.close()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._port or self._runner.addresses[0][1]

    async def _stop_listening(self) -> None:
        await self._site.stop()
        await self._abort()

    async def _abort(self) -> None:
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(
            request.method,
            request.path,
            dict(request.query),
            request.headers.get("User-Agent") == FIELD_MANAGER,
        )
        self.asked.append(asked)
        instead = self.instead(asked)
        if instead is not None and not instead.lost:
            self.statuses.append(instead.status)
            return web.json_response(
                {"kind": "Status", "code": instead.status, "message": instead.message, "reason": "Test"},
                status=instead.status,
                headers=instead.headers,
            )
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        async with self._session.request(
            request.method, request.path_qs, headers=headers, data=await request.read() or None
        ) as answer:
            body = b"" if asked.watches else await answer.read()
            self.statuses.append(answer.status)
            self.after(asked)
            if instead is not None and request.transport is not None:
                request.transport.abort()
            return await self._pass_on(request, answer, body)

    async def _pass_on(
        self, request: web.Request, answer: aiohttp.ClientResponse, body: bytes
    ) -> web.StreamResponse:
        """`body`: all of it, or empty where it is to come piece by piece."""
        kept = {
            name: answer.headers[name] for name in ("Content-Type", "Retry-After") if name in answer.headers
        }
        response = web.StreamResponse(status=answer.status, headers=kept)
        # The operator may be dead by now, or the server.
        with suppress(ConnectionError, aiohttp.ClientError):
            await response.prepare(request)
            await response.write(body)
            async for chunk in answer.content.iter_any():
                self.expired += chunk.count(b'"code":410')
                await response.write(chunk)
            await response.write_eof()
        return response
