"""Looking at the certificates that Traefik shows, beside the reconciles: an entry point that
does not answer must not keep them waiting.

A reconcile says for which hosts of its Backpack a certificate should be there, and is told
what was last seen; when that changes, the Backpack is looked at again. Nothing is written
down: an operator that has just started looks anew.

Traefik asks a certificate authority once when it hears of a host. Where that failed it asks
again only when its configuration changes, or after a restart (seen with 3.7). So whoever has
mended a DNS record would wait for ever in a quiet cluster, and the operator has it ask again:
now and then, for all at once, since authorities count failures (Let's Encrypt: 5 an hour for
one host).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from backpack_operator.errors import NotSeen, OperatorError
from backpack_operator.logs import about
from backpack_operator.model.backpack import Key
from backpack_operator.model.certificates import Certificate, Sight
from backpack_operator.reconcile.backoff import Backoff
from backpack_operator.reconcile.queue import WorkQueue, work

logger = logging.getLogger(__name__)

WORKERS = 4
PATIENCE = 3
"""Failures in a row before they are told of: an entry point may be started anew."""
_FRESH_SECONDS = 300.0
"""What was seen longer ago is looked at again when its Backpack is reconciled."""
_FIRST_SECONDS, _MOST_SECONDS = 1.0, 45.0
_MOST_PERIODS = 24
"""How many times its first period the time between two requests to ask again may become."""


class Looks:
    """`shown(host)` looks at one host; `wake(key)` has a Backpack reconciled; `ask_again()`
    has Traefik try once more to get what is missing, at most every `period` seconds, and
    ever more seldom while nothing comes of it."""

    def __init__(
        self,
        shown: Callable[[str], Awaitable[Certificate | None]],
        wake: Callable[[Key], None],
        ask_again: Callable[[], Awaitable[None]],
        period: float,
    ) -> None:
        self._shown, self._wake, self._ask_again = shown, wake, ask_again
        self._first_period = self._period = period
        self._wanted: dict[Key, tuple[str, ...]] = {}
        self._sights: dict[Key, Sight] = {}
        self._looked: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}
        self._lacking: set[Key] = set()
        self._asked = 0.0
        self._backoff: Backoff[Key] = Backoff(first=_FIRST_SECONDS, most=_MOST_SECONDS)
        self._queue: WorkQueue[Key] = WorkQueue()
        self._workers = [
            asyncio.create_task(work(self._queue, self._look), name=f"look-{n}") for n in range(WORKERS)
        ]

    @property
    def alive(self) -> bool:
        return not any(worker.done() for worker in self._workers)

    @property
    def lacking(self) -> int:
        """Backpacks for which Traefik shows no certificate that is theirs and valid."""
        return len(self._lacking)

    def want(self, key: Key, hosts: tuple[str, ...]) -> Sight | None:
        """What was last seen of these hosts; None where nothing was yet."""
        if self._wanted.get(key) != hosts:
            self.drop(key)
            self._wanted[key] = hosts
            self._queue.add(key)
        elif key in self._looked and _now() - self._looked[key] > _FRESH_SECONDS:
            self._queue.add(key)
        return self._sights.get(key)

    def drop(self, key: Key) -> None:
        """Nothing is to be seen of this Backpack."""
        for memory in (self._wanted, self._sights, self._looked, self._failures):
            memory.pop(key, None)
        self._lacking.discard(key)
        self._backoff.succeeded(key)

    async def close(self) -> None:
        self._queue.close()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _look(self, key: Key) -> None:
        hosts = self._wanted.get(key)
        if hosts is None:
            return
        sight = await self._attempt(key, hosts)
        if self._wanted.get(key) != hosts:
            # Others are wanted since; their turn comes by itself.
            return
        if sight is not None:
            self._looked[key] = _now()
            await self._note(key, sight)
        if key in self._lacking or sight is None or sight.unseen is not None:
            self._queue.add_after(key, self._backoff.failed(key))
        else:
            self._backoff.succeeded(key)
        if sight is not None and sight != self._sights.get(key):
            self._sights[key] = sight
            self._wake(key)

    async def _attempt(self, key: Key, hosts: tuple[str, ...]) -> Sight | None:
        """None: it could not be looked at this time."""
        try:
            sight = Sight(hosts, tuple([await self._shown(host) for host in hosts]))
        except NotSeen as error:
            self._failures[key] = self._failures.get(key, 0) + 1
            return Sight(hosts, unseen=str(error)) if self._failures[key] >= PATIENCE else None
        except Exception:
            # A defect in one look must not end the worker.
            logger.exception("a look failed", extra=about(key.namespace, key.name))
            return None
        self._failures.pop(key, None)
        return sight

    async def _note(self, key: Key, sight: Sight) -> None:
        """Remember who lacks a certificate, and have Traefik try again when it is time."""
        lacks = sight.unseen is None and not sight.good(datetime.now(UTC))
        if lacks != (key in self._lacking):
            self._lacking ^= {key}
            self._asked, self._period = _now(), self._first_period
        if lacks and _now() - self._asked >= self._period:
            self._asked = _now()
            self._period = min(2 * self._period, _MOST_PERIODS * self._first_period)
            logger.info("asking Traefik to try again to get %d certificates", len(self._lacking))
            try:
                await self._ask_again()
            except OperatorError as error:
                logger.warning("Traefik could not be asked to try again: %s", error)


def _now() -> float:
    return asyncio.get_running_loop().time()
