"""Sessions of open sockets, looked at again: all of them where their endings may have been
missed, and now and then, as an open socket uses its session."""

import asyncio
import logging

from backpack_api.problems import StoreUnavailable
from backpack_api.services.background import keep
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.services.realtime.hub import Hub
from backpack_api.services.sessions import SessionService
from backpack_api.sockets import codes

AT_ONCE = 16
SELDOMEST_SECONDS = 600.0
RETRY_SECONDS = 0.5

log = logging.getLogger("backpack_api.realtime")


class SessionChecks:
    """Closes the sockets whose session is over."""

    def __init__(
        self, hub: Hub, sessions: SessionService, live: LiveConfiguration, events: EventService
    ) -> None:
        self._hub = hub
        self._sessions = sessions
        self._live = live
        self._wake = asyncio.Event()
        self._new: list[RealtimeConnection] = []
        self._task: asyncio.Task[None] | None = None
        events.on_gap(self._gap)

    def start(self) -> None:
        self._task = keep(self._run)

    def look_at(self, connection: RealtimeConnection) -> None:
        """Look at one that has just come, soon."""
        self._new.append(connection)
        self._wake.set()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _gap(self) -> None:
        self._new = list(self._hub)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            # Well within the time to live, which each look renews.
            seconds = min(SELDOMEST_SECONDS, self._live.current.session_ttl_seconds / 4)
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                self._new = list(self._hub)
            self._wake.clear()
            while self._new:
                batch, self._new = self._new[:AT_ONCE], self._new[AT_ONCE:]
                try:
                    await asyncio.gather(*(self._check(connection) for connection in batch))
                except StoreUnavailable:
                    self._new = batch + self._new
                    await asyncio.sleep(RETRY_SECONDS)

    async def _check(self, connection: RealtimeConnection) -> None:
        session = connection.session
        if session is not None and not await self._sessions.is_live(session):
            connection.socket.close(codes.SESSION_ENDED, "the session ended")
