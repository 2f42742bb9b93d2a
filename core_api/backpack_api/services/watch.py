"""Looking at something again and again: at the start, when told to, and now and then."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from backpack_api.problems import StoreUnavailable
from backpack_api.services.background import end, keep

LOOK_SECONDS = 60.0
RETRY_SECONDS = 1.0


class Watch:
    """Calls `look` in the background; again after a second where a store is away."""

    def __init__(self, look: Callable[[], Awaitable[None]]) -> None:
        self._look = look
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def again(self) -> None:
        """Look soon."""
        self._told.set()

    def start(self) -> None:
        self._task = keep(self._run)

    async def close(self) -> None:
        await end(self._task)

    async def _run(self) -> None:
        while True:
            self._told.clear()
            try:
                await self._look()
            except StoreUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), LOOK_SECONDS)
