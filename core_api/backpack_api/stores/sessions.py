"""Sessions in Redis. The key of one is the SHA-256 of its token: who reads the
cache, or a copy of it, can't act as anyone.

    session:<digest>         JSON of the session, with the time to live
    user-sessions:<user id>  hash: session id -> digest, to find and end a user's
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from backpack_api.domain.events import SESSIONS_ENDED
from backpack_api.domain.sessions import Session
from backpack_api.stores.redis import Cache, cache_errors
from backpack_api.stores.stream import EventStream


class SessionStore:
    """Sessions by digest and by user. A time to live is in seconds."""

    def __init__(self, cache: Cache, stream: EventStream) -> None:
        self._redis = cache.client
        self._stream = stream

    @cache_errors
    async def insert(self, session: Session, ttl: int) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_key(session.digest), _to_json(session), ex=ttl)
            pipe.hset(_index(session.user_id), session.id, session.digest)
            pipe.expire(_index(session.user_id), ttl)
            await pipe.execute()

    @cache_errors
    async def get(self, digest: str) -> tuple[Session, float] | None:
        """The session, and for how many seconds more it lives."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(_key(digest))
            pipe.pttl(_key(digest))
            text, milliseconds = await pipe.execute()
        session = _from_json(digest, text)
        return None if session is None else (session, milliseconds / 1000)

    @cache_errors
    async def renew(self, session: Session, ttl: int) -> bool:
        """Write a session again and start its time to live anew. One that has ended
        meanwhile stays ended: False."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_key(session.digest), _to_json(session), ex=ttl, xx=True)
            pipe.expire(_index(session.user_id), ttl)
            written, _ = await pipe.execute()
        return bool(written)

    @cache_errors
    async def end(self, user_id: str, sessions: Sequence[Session]) -> None:
        """Delete sessions of a user and tell all replicas: both, or neither."""
        await self._end(user_id, sessions, [session.id for session in sessions])

    @cache_errors
    async def end_all(self, user_id: str, sessions: Sequence[Session]) -> None:
        """The same with all of a user's sessions: whoever has one hears of it, also where it
        had run out here."""
        await self._end(user_id, sessions, None)

    @cache_errors
    async def of_user(self, user_id: str) -> list[Session]:
        """The user's sessions; forgets those that have run out."""
        entries = await self._redis.hgetall(_index(user_id))
        if not entries:
            return []
        digests = [_text(digest) for digest in entries.values()]
        values = await self._redis.mget([_key(digest) for digest in digests])
        found: list[Session] = []
        gone: list[bytes | str] = []
        for field, digest, value in zip(entries, digests, values, strict=True):
            session = _from_json(digest, value)
            if session is None:
                gone.append(field)
            else:
                found.append(session)
        if gone:
            await self._redis.hdel(_index(user_id), *gone)
        return found

    async def user_ids(self) -> AsyncIterator[str]:
        """Ids of all users who have sessions; perhaps some twice."""
        cursor = 0
        while True:
            cursor, keys = await self._scan(cursor)
            for key in keys:
                yield _text(key).removeprefix(_index(""))
            if cursor == 0:
                return

    @cache_errors
    async def _scan(self, cursor: int) -> tuple[int, list[bytes | str]]:
        found: tuple[int, list[bytes | str]] = await self._redis.scan(cursor, match=_index("*"), count=500)
        return found

    async def _end(self, user_id: str, sessions: Sequence[Session], ended: list[str] | None) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            for session in sessions:
                pipe.delete(_key(session.digest))
                pipe.hdel(_index(user_id), session.id)
            self._stream.stage(pipe, SESSIONS_ENDED, {"user": user_id, "sessions": ended})
            await pipe.execute()


def _key(digest: str) -> str:
    return f"session:{digest}"


def _index(user_id: str) -> str:
    return f"user-sessions:{user_id}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _to_json(session: Session) -> bytes:
    return orjson.dumps(
        {
            "id": session.id,
            "user": session.user_id,
            "created": session.created_at.timestamp(),
            "seen": session.last_seen_at.timestamp(),
            "agent": session.user_agent,
        }
    )


def _from_json(digest: str, text: bytes | str | None) -> Session | None:
    if text is None:
        return None
    value: dict[str, Any] = orjson.loads(text)
    return Session(
        id=value["id"],
        digest=digest,
        user_id=value["user"],
        created_at=datetime.fromtimestamp(value["created"], UTC),
        last_seen_at=datetime.fromtimestamp(value["seen"], UTC),
        user_agent=value["agent"],
    )
