"""The listener and its orderly end."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator

import uvicorn

from backpack_dashboard.app import dashboard_app
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.settings import Settings

GRACE_SECONDS = 5
"""How long requests that are under way may take after the listener closed."""

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    runtime = await Runtime.connect(settings)
    listener = socket.create_server((settings.bind, settings.port), backlog=512)
    # asyncio does this only for sockets that were made with the number of the protocol. Without
    # it an answer waits 40 ms for what the client is in no hurry to confirm.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = _Server(
        uvicorn.Config(
            dashboard_app(runtime),
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
            ws_max_size=2**20,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    runtime.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ended = asyncio.create_task(told_to_end.wait())
    log.info("listening", extra={FIELDS: {"port": listener.getsockname()[1]}})
    try:
        await asyncio.wait([ended, serving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        runtime.health.draining = True
        ended.cancel()
        server.should_exit = True
        await serving
        await runtime.close()
    log.info("ended")
