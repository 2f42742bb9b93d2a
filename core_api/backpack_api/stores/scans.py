"""Taking turns where an engine reads whole collections.

FerretDB 1.x decodes every document of a collection for a page or a count. Two at once
use two cores; sixty-four at once make it so slow that none is ready in time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backpack_api.problems import Overloaded
from backpack_api.stores.mongo import Mongo

WAIT_SECONDS = 10.0


class Scans:
    """Lets so many scans be under way at once as the engine bears."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._turns: asyncio.Semaphore | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it. Raises `Overloaded` where it doesn't come in time."""
        at_once = (await self._mongo.engine()).scans
        if at_once == 0:
            yield
            return
        if self._turns is None:
            self._turns = asyncio.Semaphore(at_once)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise Overloaded from None
        try:
            yield
        finally:
            self._turns.release()
