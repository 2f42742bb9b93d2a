"""Bringing configurations to running APIs, and what else they are asked for, beside the
reconciles: an API that does not answer must not keep the others waiting.

A reconcile says what the API of a Backpack should have, and is told what is known of it;
when that changes, the Backpack is looked at again. What was taken stands in the status,
so that an operator that has just started sends nothing that is known there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from backpack_operator.errors import NotDelivered, OperatorError
from backpack_operator.logs import about
from backpack_operator.model.backpack import Key
from backpack_operator.model.delivery import Delivery, Report, failure
from backpack_operator.reconcile.backoff import Backoff
from backpack_operator.reconcile.queue import WorkQueue, work

logger = logging.getLogger(__name__)

WORKERS = 8
_MOST_SECONDS = 60.0


class Deliveries:
    """`send` brings one to its API; `wake(key)` has a Backpack looked at; `most_seconds`:
    between two tries."""

    def __init__(
        self,
        send: Callable[[Delivery], Awaitable[None]],
        wake: Callable[[Key], None],
        most_seconds: float = _MOST_SECONDS,
    ) -> None:
        self._send, self._wake = send, wake
        self._wanted: dict[Key, Delivery] = {}
        self._reports: dict[Key, Report] = {}
        self._failures: dict[Key, int] = {}
        self._backoff: Backoff[Key] = Backoff(most=most_seconds)
        self._queue: WorkQueue[Key] = WorkQueue()
        self._workers = [
            asyncio.create_task(work(self._queue, self._deliver), name=f"delivery-{n}")
            for n in range(WORKERS)
        ]

    @property
    def alive(self) -> bool:
        return not any(worker.done() for worker in self._workers)

    @property
    def waiting(self) -> int:
        """What is not taken yet."""
        return len(self._wanted)

    def want(self, key: Key, delivery: Delivery) -> Report:
        """Have it delivered, unless it is under way already."""
        if self._wanted.get(key) != delivery:
            report = self._reports.get(key)
            if report is not None and report.digest == delivery.digest and report.taken:
                return report
            self._forget(key)
            self._wanted[key] = delivery
            self._reports[key] = Report(delivery.digest)
            self._queue.add(key)
        return self._reports[key]

    def report(self, key: Key) -> Report | None:
        """What is known of the last delivery to this Backpack."""
        return self._reports.get(key)

    def drop(self, key: Key) -> None:
        """Nothing is to be delivered to this Backpack, or what was is known."""
        self._forget(key)

    async def close(self) -> None:
        """End what is under way: it is done again by the next operator."""
        self._queue.close()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _deliver(self, key: Key) -> None:
        delivery = self._wanted.get(key)
        if delivery is None:
            return
        report = await self._attempt(key, delivery)
        if self._wanted.get(key) != delivery:
            # Something newer is wanted since; its turn comes by itself.
            return
        if report.taken:
            del self._wanted[key]
            self._backoff.succeeded(key)
        else:
            self._queue.add_after(key, self._backoff.failed(key))
        if report != self._reports.get(key):
            self._reports[key] = report
            self._wake(key)

    async def _attempt(self, key: Key, delivery: Delivery) -> Report:
        extra = about(key.namespace, key.name)
        try:
            await self._send(delivery)
        except NotDelivered as error:
            self._failures[key] = self._failures.get(key, 0) + 1
            logger.debug("%s was not taken: %s", delivery.path, error, extra=extra)
            return failure(delivery, error, self._failures[key])
        except OperatorError as error:
            logger.warning("%s is delivered later: %s", delivery.path, error, extra=extra)
            return self._reports.get(key, Report(delivery.digest))
        except Exception:
            # A defect in one delivery must not end the worker.
            logger.exception("a delivery failed", extra=extra)
            return self._reports.get(key, Report(delivery.digest))
        logger.info("the API has taken %s", delivery.path, extra=extra)
        return Report(delivery.digest, taken=True)

    def _forget(self, key: Key) -> None:
        self._wanted.pop(key, None)
        self._reports.pop(key, None)
        self._failures.pop(key, None)
        self._backoff.succeeded(key)
