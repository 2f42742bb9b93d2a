"""Sessions: made at sign-in, found by their token, ended by many things.

A session that was found is answered from memory while every ending would have been
heard of here. An ending is an event in the same transaction as the deletion: either
both are there or neither is, so no replica keeps a session that has ended.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from backpack_api.domain.events import SESSIONS_ENDED, Event
from backpack_api.domain.sessions import Session
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.services.session_memory import SessionMemory
from backpack_api.stores.sessions import SessionStore

TOKEN_BYTES = 32
_TOKEN_LENGTH = 43
MAX_USER_AGENT = 256
LONGEST_UNSEEN = timedelta(minutes=10)
"""A session's use is written down at most this often: reading a document must not
cost a write. Shorter where the time to live is."""
CONFIRM_SECONDS = 5.0
"""How long memory is trusted without a look: whatever else may happen to the cache,
such as a copy of it being put back, is seen after this."""


class SessionService:
    """Sessions of one backpack."""

    def __init__(
        self,
        store: SessionStore,
        live: LiveConfiguration,
        events: EventService,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._live = live
        self._events = events
        self._now = now
        self._memory = SessionMemory()
        self._endings = 0
        events.on(SESSIONS_ENDED, self._heard)
        events.on_gap(self._forget_all)

    async def start(self, user_id: str, user_agent: str) -> tuple[str, Session]:
        """A new session of the user, with its token: the only time it is known."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._now()
        session = Session(
            id=secrets.token_hex(16),
            digest=digest_of(token),
            user_id=user_id,
            created_at=now,
            last_seen_at=now,
            user_agent=user_agent[:MAX_USER_AGENT],
        )
        await self._store.insert(session, self._ttl)
        return token, session

    async def find(self, token: str) -> Session | None:
        """The live session of this token; its time to live begins anew."""
        if len(token) != _TOKEN_LENGTH:
            return None
        digest = digest_of(token)
        session = self._memory.get(digest, _clock()) if self._events.fresh else None
        if session is not None and not self._is_due(session):
            return session
        return await self._look_up(digest)

    async def is_live(self, session: Session) -> bool:
        """Whether a session that was found has not ended since: a look at the store, and a
        use of the session."""
        return await self._look_up(session.digest) is not None

    async def of_user(self, user_id: str) -> list[Session]:
        """The user's live sessions, newest first."""
        return sorted(await self._store.of_user(user_id), key=lambda one: one.created_at, reverse=True)

    async def end(self, session: Session) -> None:
        """End one session: its next call is refused, on every replica."""
        await self._end(session.user_id, [session])

    async def end_all(self, user_id: str, *, but: Session | None = None) -> None:
        """End the user's sessions, except for one."""
        sessions = await self._store.of_user(user_id)
        if but is None:
            await self._store.end_all(user_id, sessions)
            self._forget(user_id, None)
        else:
            await self._end(user_id, [one for one in sessions if one.id != but.id])

    async def end_everyones(self) -> None:
        """End every session of every user."""
        async for user_id in self._store.user_ids():
            await self.end_all(user_id)

    async def _look_up(self, digest: str) -> Session | None:
        """The session as it is in the store, remembered where an ending would be heard."""
        fresh, endings, asked_at = self._events.fresh, self._endings, _clock()
        found = await self._store.get(digest)
        if found is None:
            return None
        session, seconds_left = found
        ttl = self._ttl
        # Longer than it may be: the setting was changed meanwhile.
        if self._is_due(session) or seconds_left > ttl:
            session, seconds_left = replace(session, last_seen_at=self._now()), ttl
            if not await self._store.renew(session, ttl):
                return None
        if fresh and endings == self._endings:
            self._memory.keep(session, asked_at + min(seconds_left, CONFIRM_SECONDS))
        return session

    def _is_due(self, session: Session) -> bool:
        """Whether its use is to be written down."""
        unseen = min(LONGEST_UNSEEN, timedelta(seconds=self._ttl / 20))
        return self._now() - session.last_seen_at > unseen

    async def _end(self, user_id: str, sessions: list[Session]) -> None:
        if sessions:
            await self._store.end(user_id, sessions)
            self._forget(user_id, {one.id for one in sessions})

    def _heard(self, event: Event) -> None:
        sessions: Iterable[str] | None = event.payload["sessions"]
        self._forget(event.payload["user"], None if sessions is None else set(sessions))

    def _forget(self, user_id: str, session_ids: set[str] | None) -> None:
        # Who is waiting for an answer of the store may get one from before the ending.
        self._endings += 1
        self._memory.forget(user_id, session_ids)

    def _forget_all(self) -> None:
        self._endings += 1
        self._memory.clear()

    @property
    def _ttl(self) -> int:
        return self._live.current.session_ttl_seconds


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _clock() -> float:
    """Seconds, of the clock that `events.fresh` is reckoned by."""
    return asyncio.get_running_loop().time()
