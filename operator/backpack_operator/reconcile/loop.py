"""The workers: each takes a key, reconciles it, and says when it has to be looked at
again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from backpack_operator.errors import OperatorError
from backpack_operator.logs import about
from backpack_operator.metrics import Metrics
from backpack_operator.model.backpack import Key
from backpack_operator.reconcile.backoff import Backoff
from backpack_operator.reconcile.queue import WorkQueue, work
from backpack_operator.reconcile.reconciler import Outcome
from backpack_operator.settings import Settings

logger = logging.getLogger(__name__)


class Loop:
    """`reconcile` one key after the other, several at the same time, never one key twice."""

    def __init__(
        self,
        queue: WorkQueue[Key],
        reconcile: Callable[[Key], Awaitable[Outcome]],
        metrics: Metrics,
        settings: Settings,
    ) -> None:
        self._queue, self._reconcile, self._metrics = queue, reconcile, metrics
        self._look_again = settings.look_again_seconds
        self._backoff: Backoff[Key] = Backoff()
        self._looks: Backoff[Key] = Backoff(first=self._look_again / 2, most=self._look_again * 3)
        self._look_at: dict[Key, float] = {}
        """When a Backpack is looked at that waits for its pods, by the loop's clock."""
        self._open = asyncio.Event()
        for outcome in Outcome:
            # From the start, so that a first failure is seen as an increase.
            metrics.reconcile_seconds.labels(outcome.value)
        self._workers = [
            asyncio.create_task(self._work(), name=f"worker-{n}") for n in range(settings.workers)
        ]

    def open(self) -> None:
        """Let the workers begin: everything that exists is known now."""
        self._open.set()

    @property
    def alive(self) -> bool:
        return not any(worker.done() for worker in self._workers)

    async def close(self) -> None:
        """Let every worker finish what it is at."""
        self._queue.close()
        self._open.set()
        await asyncio.gather(*self._workers)

    async def _work(self) -> None:
        await self._open.wait()
        await work(self._queue, self._handle)

    async def _handle(self, key: Key) -> None:
        start = time.perf_counter()
        outcome = await self._attempt(key)
        seconds = time.perf_counter() - start
        self._metrics.reconcile_seconds.labels(outcome.value).observe(seconds)
        extra = about(key.namespace, key.name, outcome=outcome.value, seconds=round(seconds, 4))
        logger.debug("reconciled", extra=extra)
        if outcome in (Outcome.FAILED, Outcome.REFUSED):
            self._queue.add_after(key, self._backoff.failed(key))
            return
        self._backoff.succeeded(key)
        if outcome is Outcome.WAITING:
            self._queue.add_after(key, self._until_look(key))
            return
        self._looks.succeeded(key)
        self._look_at.pop(key, None)
        if outcome is Outcome.AGAIN:
            self._queue.add(key)
        if outcome is Outcome.HELD:
            self._queue.add_after(key, self._look_again)

    def _until_look(self, key: Key) -> float:
        """Seconds. Events in between put no look off: pods that start bring many of them,
        while another never will."""
        now = asyncio.get_running_loop().time()
        if self._look_at.get(key, now) <= now:
            self._look_at[key] = now + self._looks.failed(key)
        return self._look_at[key] - now

    async def _attempt(self, key: Key) -> Outcome:
        try:
            return await self._reconcile(key)
        except OperatorError as error:
            logger.warning("to be tried again: %s", error, extra=about(key.namespace, key.name))
        except Exception:
            # A defect in one reconcile must not end the worker, and with it the fleet's.
            logger.exception("a reconcile failed", extra=about(key.namespace, key.name))
        return Outcome.FAILED
