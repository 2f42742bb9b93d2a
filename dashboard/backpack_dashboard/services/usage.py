"""Figures of backpacks, and what they were while somebody looked: kept in memory, as nothing
depends on them."""

import re
import time
from collections import OrderedDict, deque

import aiohttp

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.usage import Sample
from backpack_dashboard.services.admin_connection import AdminConnections
from backpack_dashboard.services.transfers import Transfers

SAMPLES = 120
"""Of each backpack: 20 minutes of an open page."""
BACKPACKS = 200
"""How many are remembered; those not looked at for longest are forgotten."""
LEAST_SECONDS = 5.0
"""Between two samples, however many pages are open."""
FORGOTTEN_SECONDS = 3600.0
_COUNT = re.compile(r"^backpack_http_request_duration_seconds_count(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


class UsageHistory:
    """`look` gives the samples of a backpack, the newest last."""

    def __init__(self, connections: AdminConnections, transfers: Transfers) -> None:
        self._connections, self._transfers = connections, transfers
        self._kept: OrderedDict[str, deque[Sample]] = OrderedDict()

    async def look(self, admin: Admin, backpack: Backpack) -> list[Sample]:
        """Raises `BackpackUnavailable` where it doesn't answer."""
        now = time.monotonic()
        samples = self._kept.get(backpack.uid)
        if samples and now - samples[-1].at < LEAST_SECONDS:
            self._connections.must_be_there(backpack)
            return list(samples)
        stats = await self._connections.of(admin, backpack).call("stats")
        sample = Sample.of(stats, await self._requests(admin, backpack), now)
        samples = self._kept.setdefault(backpack.uid, deque(maxlen=SAMPLES))
        if samples and now - samples[-1].at > FORGOTTEN_SECONDS:
            samples.clear()
        samples.append(sample)
        self._kept.move_to_end(backpack.uid)
        while len(self._kept) > BACKPACKS:
            self._kept.popitem(last=False)
        return list(samples)

    async def _requests(self, admin: Admin, backpack: Backpack) -> int | None:
        """How many one replica has answered since it began; None where it can't be read."""
        async with self._transfers.get(admin, backpack, "/metrics") as answer:
            try:
                found = _COUNT.findall((await answer.read()).decode(errors="replace"))
            except aiohttp.ClientPayloadError:
                return None
        return round(sum(float(one) for one in found)) if found else None
