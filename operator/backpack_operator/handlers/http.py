"""The operator's own HTTP server: whether it lives, and its metrics."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from backpack_operator.errors import ApiError, OperatorError
from backpack_operator.metrics import Metrics

_TRUSTED_FOR = 10.0
"""Seconds for which an answer of the API server counts."""
_UNKNOWN_TO_IT = (401, 403)


class Health:
    """That this answers at all shows that the event loop turns. Besides: the workers
    are there, the watches tell of what there is, and the API server answers (an idle
    cluster has no events to judge by).
    An API server that is away is no reason to be restarted, one that no longer knows
    us is."""

    def __init__(
        self,
        ask: Callable[[], Awaitable[None]],
        alive: Callable[[], bool],
        stalled: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._ask, self._alive, self._stalled = ask, alive, stalled
        self._answered = float("-inf")

    async def fatal(self) -> str | None:
        """What only a restart can mend, as a sentence, or None."""
        if (defect := self._defect()) is not None:
            return defect
        try:
            await self._answer()
        except ApiError as error:
            return str(error) if error.status in _UNKNOWN_TO_IT else None
        except OperatorError:
            return None
        return None

    async def trouble(self) -> str | None:
        """What keeps the operator from its work, as a sentence, or None."""
        if (defect := self._defect()) is not None:
            return defect
        try:
            await self._answer()
        except OperatorError as error:
            return str(error)
        return None

    def _defect(self) -> str | None:
        return self._stalled() if self._alive() else "a worker has ended"

    async def _answer(self) -> None:
        if time.monotonic() - self._answered > _TRUSTED_FOR:
            await self._ask()
            self._answered = time.monotonic()


def application(health: Health, metrics: Metrics) -> web.Application:
    def answer(trouble: str | None) -> web.Response:
        if trouble is None:
            return web.json_response({"status": "ok"})
        return web.json_response({"status": "failing", "detail": trouble}, status=503)

    async def healthz(_: web.Request) -> web.Response:
        return answer(await health.fatal())

    async def readyz(_: web.Request) -> web.Response:
        return answer(await health.trouble())

    async def metrics_text(_: web.Request) -> web.Response:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return web.Response(body=metrics.text(), headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics_text)
    return app


async def serve(app: web.Application, port: int) -> web.AppRunner:
    """Listen on all addresses; `cleanup()` of the runner ends it."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, None, port).start()
    return runner
