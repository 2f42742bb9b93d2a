"""Whether this replica can serve: its stores answer, and it isn't shutting down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from backpack_api.problems import StoreUnavailable

CHECK_SECONDS = 1.5


class HealthService:
    """Readiness of one process."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks
        self.draining = False
        """Set when the process was told to end: no more requests should come."""

    async def states(self) -> dict[str, str]:
        """`ok` or `away` by store; bounded in time."""
        states = await asyncio.gather(*(self._state(check) for check in self._checks.values()))
        return dict(zip(self._checks, states, strict=True))

    @staticmethod
    async def _state(check: Callable[[], Awaitable[None]]) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except (StoreUnavailable, TimeoutError):
            return "away"
        return "ok"
