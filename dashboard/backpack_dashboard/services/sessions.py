"""Sessions of administrators: beginning, finding and ending them, and cutting the sockets of
those that have ended, in this process within half a second wherever that was decided."""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.sessions import Session, counts, digest
from backpack_dashboard.errors import CacheUnavailable, ClusterUnavailable, SignInNeeded
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.stores.sessions import SessionStore

LOOK_EVERY = 0.5
"""Seconds between two looks at whether the sessions of open sockets still count."""
RENEW_AFTER = timedelta(minutes=1)
AGENT_LENGTH = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, and by which session."""

    session: Session
    admin: Admin


class SessionService:
    def __init__(self, store: SessionStore, cluster: Cluster, hours: int) -> None:
        self._store, self._cluster = store, cluster
        self._ttl = hours * 3600
        self._sockets: dict[asyncio.Event, Session] = {}
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    @property
    def alive(self) -> bool:
        return self._watching is not None and not self._watching.done()

    async def begin(self, admin: Admin, agent: str) -> str:
        """The token of a new session."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        session = Session(
            id=secrets.token_hex(8),
            digest=digest(token),
            admin=admin.name,
            admin_uid=admin.uid,
            role=admin.role,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            agent=agent[:AGENT_LENGTH],
        )
        await self._store.insert(session, self._ttl)
        return token

    async def find(self, token: str | None) -> Visitor:
        """Who has this token. Raises `SignInNeeded`, `ClusterUnavailable`."""
        session = await self._store.get(digest(token)) if token else None
        if session is None:
            raise SignInNeeded
        admin = self._cluster.admin(session.admin)
        if admin is None and not self._cluster.synced:
            # Nothing is known yet of anybody: a page that comes back must not be sent away.
            raise ClusterUnavailable
        if admin is None or not counts(session, admin):
            raise SignInNeeded
        now = datetime.now(UTC)
        if now - session.seen_at > RENEW_AFTER:
            session = session.seen(now)
            await self._store.renew(session, self._ttl)
        return Visitor(session, admin)

    async def end(self, session: Session) -> None:
        await self._store.end([session])

    async def end_one_of(self, admin: Admin, session_id: str) -> None:
        """End that session of the admin's, where he has it."""
        await self._store.end([one for one in await self._store.of_admin(admin.uid) if one.id == session_id])

    async def end_all(self, admin: Admin, *, but: Session | None = None) -> None:
        ended = [one for one in await self._store.of_admin(admin.uid) if but is None or one.id != but.id]
        if ended:
            await self._store.end(ended)

    async def of(self, admin: Admin) -> list[Session]:
        """The admin's sessions, the one last seen first."""
        return await self._store.of_admin(admin.uid)

    @contextmanager
    def ending(self, session: Session) -> Iterator[asyncio.Event]:
        """An event that is set when the session counts no longer."""
        ended = asyncio.Event()
        self._sockets[ended] = session
        try:
            yield ended
        finally:
            del self._sockets[ended]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if not self._sockets:
                continue
            looked_for = frozenset(one.digest for one in self._sockets.values())
            try:
                alive = await self._store.alive(list(looked_for))
            except CacheUnavailable:
                # What the account may is told by the cluster, and counts all the same.
                log.warning("sessions can't be looked at")
                alive = looked_for
            for ended, session in self._sockets.items():
                # Who came while Redis was asked is looked at the next time.
                gone = session.digest in looked_for and session.digest not in alive
                if gone or not counts(session, self._cluster.admin(session.admin)):
                    ended.set()
