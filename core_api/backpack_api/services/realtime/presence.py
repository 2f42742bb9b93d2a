"""Keeping Redis' idea of who is connected to this replica up to date, and telling the
channels of those who come and go."""

import asyncio
import logging

from backpack_api.problems import StoreUnavailable
from backpack_api.services.background import keep
from backpack_api.services.events import EventService
from backpack_api.services.realtime.hub import Hub
from backpack_api.stores.presence import PresenceStore

BATCH = 200
RETRY_SECONDS = 0.5
END_SECONDS = 3.0

log = logging.getLogger("backpack_api.realtime")


class Presence:
    """Writes down who is connected here: again, where the cache was away."""

    def __init__(self, store: PresenceStore, events: EventService, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._replica = events.replica
        self._changed: set[str] = set()
        self._everybody = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        events.on_registration(self._look)
        events.on_gap(self._look)

    def changed(self, user_id: str) -> None:
        """The user's first socket came, or the last one went."""
        self._changed.add(user_id)
        self._wake.set()

    def start(self) -> None:
        self._task = keep(self._run)

    async def close(self) -> None:
        """End, once it is written down that nobody is connected; or the list of replicas
        says so later."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(END_SECONDS):
                while self._changed or self._everybody:
                    await self._write()
        except (StoreUnavailable, TimeoutError):
            log.warning("could not say that nobody is connected here any more")
        self._task.cancel()

    def _look(self) -> None:
        """What Redis has may be anything: compare it with who is here."""
        self._everybody = True
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changed or self._everybody:
                try:
                    await self._write()
                except StoreUnavailable:
                    await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        if self._everybody:
            written = await self._store.of_replica(self._replica)
            self._everybody = False
            self._changed |= written ^ self._hub.users()
        batch = {self._changed.pop() for _ in range(min(BATCH, len(self._changed)))}
        try:
            await self._store.write(self._replica, {user: self._hub.is_here(user) for user in batch})
        except StoreUnavailable:
            self._changed |= batch
            raise
