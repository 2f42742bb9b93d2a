"""Sessions in Redis. The key of one is the SHA-256 of its token: who reads the cache can't
act as anyone.

    session:<digest>           JSON of the session, with the time to live
    admin-sessions:<admin UID> hash: session id -> digest, to find and end an admin's
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backpack_dashboard.domain.sessions import Session
from backpack_dashboard.stores.redis import Cache, cache_errors


class SessionStore:
    """Sessions by digest and by admin. A time to live is in seconds."""

    def __init__(self, cache: Cache) -> None:
        self._redis = cache.client

    @cache_errors
    async def insert(self, session: Session, ttl: int) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_key(session.digest), _to_json(session), ex=ttl)
            pipe.hset(_index(session.admin_uid), session.id, session.digest)
            pipe.expire(_index(session.admin_uid), ttl)
            await pipe.execute()

    @cache_errors
    async def get(self, digest: str) -> Session | None:
        return _from_json(digest, await self._redis.get(_key(digest)))

    @cache_errors
    async def renew(self, session: Session, ttl: int) -> None:
        """Write it again and start its time to live anew; one that has ended stays ended."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_key(session.digest), _to_json(session), ex=ttl, xx=True)
            pipe.expire(_index(session.admin_uid), ttl)
            await pipe.execute()

    @cache_errors
    async def end(self, sessions: Sequence[Session]) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            for session in sessions:
                pipe.delete(_key(session.digest))
                pipe.hdel(_index(session.admin_uid), session.id)
            await pipe.execute()

    @cache_errors
    async def of_admin(self, uid: str) -> list[Session]:
        """The admin's sessions, the one last seen first; forgets those that have run out."""
        entries: Mapping[Any, Any] = await self._redis.hgetall(_index(uid))
        if not entries:
            return []
        values = await self._redis.mget([_key(digest) for digest in entries.values()])
        found, gone = [], []
        for (id_, digest), value in zip(entries.items(), values, strict=True):
            session = _from_json(digest, value)
            if session is None:
                gone.append(id_)
            else:
                found.append(session)
        if gone:
            await self._redis.hdel(_index(uid), *gone)
        return sorted(found, key=lambda session: session.seen_at, reverse=True)

    @cache_errors
    async def alive(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of these there are still."""
        values = await self._redis.mget([_key(digest) for digest in digests])
        return frozenset(digest for digest, value in zip(digests, values, strict=True) if value is not None)


def _key(digest: str) -> str:
    return f"session:{digest}"


def _index(uid: str) -> str:
    return f"admin-sessions:{uid}"


def _to_json(session: Session) -> str:
    return json.dumps(
        {
            "id": session.id,
            "admin": session.admin,
            "uid": session.admin_uid,
            "role": session.role,
            "csrf": session.csrf,
            "created": session.created_at.timestamp(),
            "seen": session.seen_at.timestamp(),
            "agent": session.agent,
        }
    )


def _from_json(digest: str, text: bytes | str | None) -> Session | None:
    if text is None:
        return None
    value = json.loads(text)
    return Session(
        id=value["id"],
        digest=digest,
        admin=value["admin"],
        admin_uid=value["uid"],
        role=value["role"],
        csrf=value["csrf"],
        created_at=datetime.fromtimestamp(value["created"], UTC),
        seen_at=datetime.fromtimestamp(value["seen"], UTC),
        agent=value["agent"],
    )
