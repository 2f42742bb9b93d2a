"""Chores that must be done now and then, by one replica at a time."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping

from backpack_api.logs import FIELDS
from backpack_api.problems import Problem
from backpack_api.services.background import end, keep
from backpack_api.stores.locks import Locks

log = logging.getLogger("backpack_api.janitor")


class Janitor:
    """Does every chore about once in so many seconds, whatever the number of replicas."""

    def __init__(
        self, locks: Locks, chores: Mapping[str, Callable[[], Awaitable[None]]], every_seconds: float
    ) -> None:
        self._locks = locks
        self._chores = chores
        self._every = every_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = keep(self._run)

    async def close(self) -> None:
        await end(self._task)

    async def _run(self) -> None:
        while True:
            # Replicas that were started together don't look at the same moment.
            await asyncio.sleep(self._every * random.uniform(0.5, 1))  # noqa: S311
            for name, chore in self._chores.items():
                try:
                    if await self._locks.take_turn(f"chore:{name}", self._every / 2):
                        await chore()
                except Problem as problem:
                    log.warning("put off", extra={FIELDS: {"chore": name, "why": problem.detail}})
                except Exception:
                    # The other chores are as due as before.
                    log.exception("a chore failed", extra={FIELDS: {"chore": name}})
