"""Both listeners on one event loop, and their orderly end."""

import asyncio
import contextlib
import logging
import resource
import signal
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from backpack_api.admin_app import admin_app
from backpack_api.app import public_app
from backpack_api.http_protocol import HttpProtocol
from backpack_api.logs import FIELDS
from backpack_api.runtime import Runtime
from backpack_api.sockets.protocol import LargeSocketProtocol, SocketProtocol

KEEP_ALIVE_SECONDS = 120
"""Longer than proxies keep idle connections, so that it is they who close them."""
BACKLOG = 2048
TICKS_A_SECOND = 10
"""How often uvicorn calls `on_tick`."""

log = logging.getLogger("backpack_api.server")


class _Server(uvicorn.Server):
    """A server that leaves signals to the process, as there are two of them here, and
    looks once a second for clients that are too slow."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, HttpProtocol):
                    connection.end_if_slow(now)
        return await super().on_tick(counter)


async def serve(runtime: Runtime) -> None:
    """Serve until SIGTERM or SIGINT. Then readiness fails first; after the drain time
    the listeners close, and requests that are under way finish."""
    settings = runtime.settings
    _allow_many_files()
    sockets = [_listen(settings.bind, settings.public_port), _listen(settings.bind, settings.admin_port)]
    servers = [
        _server(public_app(runtime), SocketProtocol, settings.grace_seconds),
        _server(admin_app(runtime), LargeSocketProtocol, settings.grace_seconds),
    ]
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    runtime.start()
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, sockets, strict=True)
    ]
    ended = asyncio.create_task(told_to_end.wait())
    log.info(
        "listening",
        extra={FIELDS: {"public": sockets[0].getsockname()[1], "admin": sockets[1].getsockname()[1]}},
    )
    try:
        await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
        runtime.health.draining = True
        if told_to_end.is_set():
            log.info("draining", extra={FIELDS: {"seconds": settings.drain_seconds}})
            await asyncio.sleep(settings.drain_seconds)
    finally:
        ended.cancel()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
        await runtime.close()
    log.info("ended")


def _server(app: ASGIApp, sockets: type[SocketProtocol], grace_seconds: int) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            loop="none",
            http=HttpProtocol,
            ws=sockets,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=grace_seconds,
        )
    )


def _allow_many_files() -> None:
    """Each connection is an open file. What may be had is taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _listen(address: str, port: int) -> socket.socket:
    if address:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    if socket.has_dualstack_ipv6():
        # A pod's network may have no IPv6 although the kernel does.
        with contextlib.suppress(OSError):
            return socket.create_server(
                ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG
            )
    return socket.create_server(("", port), backlog=BACKLOG)
