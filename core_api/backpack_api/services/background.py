"""Tasks that go on beside the requests, for as long as the process serves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from backpack_api.logs import FIELDS

AGAIN_SECONDS = 0.1
RESTART_SECONDS = 1.0

log = logging.getLogger("backpack_api.background")


def keep(work: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
    """Do work that never ends by itself, until the task is given to `end`. Should it fail in
    a way that it doesn't expect, that is logged, and it begins again: a replica that serves
    on without it would be wrong and say nothing."""
    return asyncio.create_task(_keep(work), name=work.__qualname__)


async def _keep(work: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.current_task()
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            if task is None or task.cancelling():
                raise
            # A driver has cancelled a call of its own, and let it through.
            log.warning("background work was cut short; it begins again", extra={FIELDS: _named(work)})
        except Exception:
            log.exception("background work failed", extra={FIELDS: _named(work)})
            if task is None or task.cancelling():
                return
        else:
            return
        await asyncio.sleep(RESTART_SECONDS)


def _named(work: Callable[[], Awaitable[None]]) -> dict[str, str]:
    return {"work": work.__qualname__}


async def end(*tasks: "asyncio.Task[None] | None") -> None:
    """Cancel the tasks and return once they have ended. Asked for once is not enough: in
    Python 3.11 `asyncio.wait_for`, which the drivers of both stores use, can lose a
    cancellation, and a task that loops would then go on for ever."""
    pending = {task for task in tasks if task is not None}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
