"""Personal access tokens: making, listing, revoking, and finding whose one is.

Their hashes are in the Secret of the account, which is read anew for each request: so a
revoked one is refused at once by every replica, and goes with the account. What the account
may is asked of the cluster's picture each time: a token is never more than its admin is now.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backpack_contract.admins import API_TOKEN_PREFIX
from backpack_dashboard.domain import tokens
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.sessions import digest
from backpack_dashboard.domain.tokens import ApiToken
from backpack_dashboard.errors import (
    CacheUnavailable,
    ClusterUnavailable,
    Forbidden,
    Invalid,
    SignInNeeded,
    TooManyStreams,
)
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.throttling import Throttle
from backpack_dashboard.stores.secrets import SecretStore
from backpack_dashboard.stores.token_uses import TokenUses

LOOK_EVERY = 0.5
"""Seconds between two looks at whether the accounts of open streams still count."""
READ_EVERY = 4
"""Looks between two at whether their tokens were revoked, which reads Secrets."""
MOST_STREAMS = 30
"""Of one account at the same time: each takes memory, and some a connection to the cluster."""
WRONG = (
    "Send `Authorization: Bearer` with a personal access token that counts: make one at the "
    "dashboard's page Account."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose program it is that calls, and by which token."""

    admin: Admin
    token: ApiToken

    def need(self, scope: str) -> None:
        """Raises `Forbidden` unless the token has this scope."""
        if scope not in self.token.scopes:
            raise Forbidden(f"This token hasn't the scope `{scope}`. Make one that has it.")


@dataclass(frozen=True, slots=True)
class Listed:
    token: ApiToken
    used_at: datetime | None
    expired: bool


class Tokens:
    def __init__(self, cluster: Cluster, store: SecretStore, uses: TokenUses, throttle: Throttle) -> None:
        self._cluster, self._store, self._uses, self._throttle = cluster, store, uses, throttle
        self._streams: dict[asyncio.Event, Caller] = {}
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

    async def make(self, admin: Admin, name: str, scopes: Sequence[str], days: int) -> str:
        """A new token, which nobody can be told again. Raises `Invalid`."""
        name, faults = name.strip(), {}
        if not name or len(name) > tokens.MAX_NAME:
            faults["name"] = f"Say in at most {tokens.MAX_NAME} characters what it is for."
        if not set(scopes) <= set(tokens.SCOPES):
            faults["scope"] = "Choose some of those that are offered."
        if days not in tokens.LIFETIMES:
            faults["days"] = "Choose one of the lifetimes."
        if not faults and len(await self._kept(admin)) >= tokens.MAX_TOKENS:
            faults["name"] = f"You have {tokens.MAX_TOKENS} tokens. Revoke one first."
        if faults:
            raise Invalid("This token can't be made.", faults)
        id_, now = secrets.token_hex(6), datetime.now(UTC)
        text = tokens.whole(admin.name, id_, secrets.token_urlsafe(32))
        wanted = {tokens.READ, *scopes}
        token = ApiToken(
            id=id_,
            name=name,
            hash=digest(text),
            scopes=tuple(one for one in tokens.SCOPES if one in wanted),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        await self._store.write_of_admin(admin.name, admin.uid, {_key(id_): token.to_json()})
        log.info("a personal access token was made", extra={FIELDS: _fields(admin, token)})
        return text

    async def of(self, admin: Admin) -> list[Listed]:
        """The admin's tokens, the newest first."""
        kept, uses, now = await self._kept(admin), await self._uses.of(admin.uid), datetime.now(UTC)
        newest = sorted(kept, key=lambda token: token.created_at, reverse=True)
        return [Listed(one, uses.get(one.id), one.expired(now)) for one in newest]

    async def revoke(self, admin: Admin, token_id: str) -> None:
        """Let that token of the admin's count no longer, where he has it."""
        for token in await self._kept(admin):
            if token.id == token_id:
                await self._store.write_of_admin(admin.name, admin.uid, {_key(token_id): None})
                await self._uses.forget(admin.uid, token_id)
                log.info("a personal access token was revoked", extra={FIELDS: _fields(admin, token)})

    async def find(self, text: str | None, address: str | None) -> Caller:
        """Whose token this is. Raises `SignInNeeded`, with the same words whatever is wrong,
        and `TooManyTries` where too much from this address failed.

        Failures count by address alone. Nobody guesses 256 bits; a count for each text would let
        whoever makes texts up fill Redis, and one for each account let him lock out its programs."""
        if not text:
            raise SignInNeeded(WRONG)
        await self._throttle.check(None, address)
        caller = await self._find(text)
        if caller is None:
            await self._throttle.failed(None, address)
            raise SignInNeeded(WRONG)
        try:
            await self._uses.used(caller.admin.uid, caller.token.id, datetime.now(UTC))
        except CacheUnavailable:
            log.warning("the use of a token can't be noted")
        return caller

    async def _find(self, text: str) -> Caller | None:
        named = tokens.parts_of(text)
        admin = self._cluster.admin(named[0]) if named else None
        if named is None or admin is None or not admin.active:
            return None
        token = _parsed(await self._store.of_admin(admin.name, admin.uid)).get(named[1])
        if token is None or not token.fits(text) or token.expired(datetime.now(UTC)):
            return None
        return Caller(admin, token)

    def check_room(self, caller: Caller) -> None:
        """Raises `TooManyStreams` where the account has as many streams open as it may."""
        if sum(one.admin.uid == caller.admin.uid for one in self._streams.values()) >= MOST_STREAMS:
            raise TooManyStreams(
                f"Programs of yours have {MOST_STREAMS} streams, uploads or downloads open. End one first."
            )

    @contextmanager
    def ending(self, caller: Caller) -> Iterator[asyncio.Event]:
        """An event that is set when the token counts no longer, or its admin has another role."""
        ended = asyncio.Event()
        self._streams[ended] = caller
        try:
            yield ended
        finally:
            del self._streams[ended]

    async def _watch(self) -> None:
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looks += 1
            for ended, caller in self._streams.items():
                now = self._cluster.admin(caller.admin.name)
                same = now is not None and now.uid == caller.admin.uid and now.role == caller.admin.role
                if now is None or not same or not now.active or caller.token.expired(datetime.now(UTC)):
                    ended.set()
            if looks % READ_EVERY == 0:
                await self._look_for_revoked()

    async def _look_for_revoked(self) -> None:
        """One read for each account with an open stream."""
        for admin in {caller.admin.uid: caller.admin for caller in self._streams.values()}.values():
            try:
                kept = {token.id for token in await self._kept(admin)}
            except ClusterUnavailable:
                log.warning("tokens can't be looked at")
                return
            for ended, caller in self._streams.items():
                if caller.admin.uid == admin.uid and caller.token.id not in kept:
                    ended.set()

    async def _kept(self, admin: Admin) -> Sequence[ApiToken]:
        return list(_parsed(await self._store.of_admin(admin.name, admin.uid)).values())


def _parsed(values: Mapping[str, str]) -> dict[str, ApiToken]:
    """The tokens of a Secret by their ids. What somebody has broken is none."""
    found = {}
    for key, value in values.items():
        if key.startswith(API_TOKEN_PREFIX):
            id_ = key.removeprefix(API_TOKEN_PREFIX)
            try:
                found[id_] = ApiToken.from_json(id_, value)
            except (ValueError, KeyError, TypeError, OverflowError, OSError):
                log.warning("a token in a Secret can't be read", extra={FIELDS: {"token": id_}})
    return found


def _fields(admin: Admin, token: ApiToken) -> dict[str, object]:
    return {"admin": admin.name, "token": token.id, "scopes": list(token.scopes)}


def _key(token_id: str) -> str:
    return f"{API_TOKEN_PREFIX}{token_id}"
