"""Sessions: made at sign-in, found by their token, ended by many things."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from backpack_api.domain.sessions import Session
from backpack_api.stores.sessions import SessionStore

TOKEN_BYTES = 32
_TOKEN_LENGTH = 43
MAX_USER_AGENT = 256
LONGEST_UNSEEN = timedelta(minutes=10)
"""A session's use is written down at most this often: reading a document must not
cost a write. Shorter where the time to live is."""


class SessionService:
    """Sessions of one backpack."""

    def __init__(self, store: SessionStore, ttl_seconds: int, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._unseen = min(LONGEST_UNSEEN, timedelta(seconds=ttl_seconds / 20))

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
        await self._store.insert(session)
        return token, session

    async def find(self, token: str) -> Session | None:
        """The live session of this token; its time to live begins anew."""
        if len(token) != _TOKEN_LENGTH:
            return None
        session = await self._store.get(digest_of(token))
        if session is None:
            return None
        now = self._now()
        if now - session.last_seen_at > self._unseen:
            session = replace(session, last_seen_at=now)
            await self._store.renew(session)
        return session

    async def of_user(self, user_id: str) -> list[Session]:
        """The user's live sessions, newest first."""
        return sorted(await self._store.of_user(user_id), key=lambda one: one.created_at, reverse=True)

    async def end(self, session: Session) -> None:
        """End one session: its next call is refused, on every replica."""
        await self._store.delete(session)

    async def end_all(self, user_id: str, *, but: Session | None = None) -> None:
        """End the user's sessions, except for one."""
        for session in await self._store.of_user(user_id):
            if but is None or session.id != but.id:
                await self._store.delete(session)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
