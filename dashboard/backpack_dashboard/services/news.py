"""What becomes of a backpack, as it happens: for a program that waits for it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.happenings import Happening
from backpack_dashboard.errors import NotFound
from backpack_dashboard.services.access import Access
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.tokens import Caller, Tokens
from backpack_dashboard.stores.picture import Subscription

PING_SECONDS = 15.0
"""After so long without news a sign of life: proxies end connections on which nothing comes."""
Goal = Literal["ready", "gone"]
Reason = Literal["ready", "gone", "timeout", "signedOut"]


@dataclass(frozen=True, slots=True)
class Ping:
    """Nothing is new."""


@dataclass(frozen=True, slots=True)
class End:
    """There is no more, and why."""

    reason: Reason


class News:
    def __init__(self, cluster: Cluster, access: Access, tokens: Tokens) -> None:
        self._cluster, self._access, self._tokens = cluster, access, tokens

    async def follow(
        self, caller: Caller, backpack: Backpack, goal: Goal, seconds: float
    ) -> AsyncGenerator[Backpack | Happening | Ping | End]:
        """How it is now and after each change, with the Events about it, each once, until it is
        ready or gone, the time is over, or the token counts no longer. The last is an `End`."""
        until, seen, last = time.monotonic() + seconds, set[tuple[str, str]](), None
        with self._cluster.subscribe() as subscription, self._tokens.ending(caller) as ended:
            while True:
                now = None if ended.is_set() else self._look(caller, backpack)
                if now is None:
                    yield End("signedOut" if ended.is_set() else "gone")
                    return
                if now != last:
                    yield now
                    last = now
                for one in reversed(self._cluster.happenings(now)):
                    if (one.id, one.at) not in seen:
                        seen.add((one.id, one.at))
                        yield one
                if goal == "ready" and now.ready and not now.deleting:
                    yield End("ready")
                    return
                left = until - time.monotonic()
                if left <= 0:
                    yield End("timeout")
                    return
                if not await _woken(subscription, ended, backpack, min(left, PING_SECONDS)):
                    yield Ping()

    def _look(self, caller: Caller, backpack: Backpack) -> Backpack | None:
        """The same Backpack as it is now; None where it is gone, or no longer the admin's."""
        try:
            now = self._access.backpack(caller.admin, *backpack.key)
        except NotFound:
            return None
        return now if now.uid == backpack.uid else None


async def _woken(
    subscription: Subscription, ended: asyncio.Event, backpack: Backpack, seconds: float
) -> bool:
    """Wait until something of this Backpack may have changed, or the token's end; False where
    the time was over before."""

    async def changed() -> None:
        while backpack.key not in (keys := await subscription.changed()) and keys:
            pass

    tasks = [asyncio.create_task(changed()), asyncio.create_task(ended.wait())]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
