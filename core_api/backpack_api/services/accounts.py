"""Accounts: registering, signing in, changing and deleting them.

What ends sessions ends them before and after the change of the account: a crash
between two steps leaves a request that can be sent again, never a session that
should be gone; and a sign-in that raced the change is looked at once more.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backpack_api.domain.accounts import (
    User,
    canonical_email,
    check_email,
    check_new_password,
    check_profile,
    check_profile_patch,
)
from backpack_api.domain.merge_patch import merge_patch
from backpack_api.domain.moments import in_milliseconds
from backpack_api.domain.sessions import Session
from backpack_api.problems import Conflict, NotAllowed, NotFound, NotSignedIn
from backpack_api.services.passwords import PasswordService
from backpack_api.services.retries import attempts
from backpack_api.services.sessions import SessionService
from backpack_api.services.throttling import SignInThrottle
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.users import EmailTaken, StoredUser, UserStore

WRONG_CREDENTIALS = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The outcome of a sign-in."""

    user: User
    session: Session
    token: str


class AccountService:
    """The accounts of one backpack."""

    def __init__(
        self,
        *,
        users: UserStore,
        sessions: SessionService,
        passwords: PasswordService,
        throttle: SignInThrottle,
        mongo: Mongo,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._mongo = mongo
        self._new_id = new_id
        self._now = now

    async def register(self, email: str, password: str, profile: Any) -> User:
        """A new account. Raises `InvalidValue`, `TooLarge` or `Conflict`."""
        address = check_email(email)
        canonical = check_new_password(password, address)
        engine = await self._mongo.engine()
        checked = check_profile({} if profile is None else profile, nested_arrays=engine.nested_arrays)
        now = in_milliseconds(self._now())
        user = User(self._new_id(), address, checked, 1, now, now)
        try:
            await self._users.insert(StoredUser(user, await self._passwords.hash(canonical)))
        except EmailTaken:
            raise Conflict("This e-mail address has an account already.") from None
        return user

    async def sign_in(self, email: str, password: str, *, user_agent: str, address: str | None) -> SignedIn:
        """A new session. Raises `NotSignedIn`, in the same words and time for an
        unknown address and a wrong password, or `TooManyRequests`."""
        account = canonical_email(email) or email.strip().lower()
        await self._throttle.check(account, address)
        stored = await self._users.by_email(account)
        hash_ = stored.password_hash if stored else None
        if not await self._passwords.verify(password, hash_) or stored is None:
            await self._throttle.failed(account, address)
            raise NotSignedIn(WRONG_CREDENTIALS)
        await self._throttle.succeeded(account)
        token, session = await self._sessions.start(stored.user.id, user_agent)
        latest = await self._users.by_id(stored.user.id)
        if latest is None or latest.password_hash != stored.password_hash:
            await self._sessions.end(session)
            raise NotSignedIn(WRONG_CREDENTIALS)
        return SignedIn(latest.user, session, token)

    async def user_of(self, session: Session) -> User:
        """The user who is signed in."""
        return (await self._stored(session)).user

    async def patch_profile(self, session: Session, patch: Any) -> User:
        """Merge a patch into the profile. Raises `InvalidValue` or `TooLarge`."""
        checked = check_profile_patch(patch)
        nested_arrays = (await self._mongo.engine()).nested_arrays

        def patched(stored: StoredUser) -> StoredUser:
            profile = check_profile(merge_patch(stored.user.profile, checked), nested_arrays=nested_arrays)
            return replace(stored, user=replace(stored.user, profile=profile))

        return (await self._change(session, patched)).user

    async def change_password(self, session: Session, current: str, new: str, *, address: str | None) -> None:
        """Set another password and end the user's other sessions. Raises
        `NotAllowed` where the current one is wrong, `InvalidValue`, `TooManyRequests`."""
        stored = await self._confirmed(session, current, address)
        canonical = check_new_password(new, stored.user.email, "/new")
        hash_ = await self._passwords.hash(canonical)
        await self._sessions.end_all(session.user_id, but=session)
        await self._change(session, lambda latest: replace(latest, password_hash=hash_))
        await self._sessions.end_all(session.user_id, but=session)

    async def delete(self, session: Session, password: str, *, address: str | None) -> None:
        """Delete the account and end its sessions; its documents stay. Raises
        `NotAllowed` where the password is wrong, `TooManyRequests`."""
        stored = await self._confirmed(session, password, address)
        await self._sessions.end_all(session.user_id, but=session)
        async for _ in attempts():
            if await self._users.delete(stored.user.id, stored.user.version):
                break
            stored = await self._stored(session)
        await self._sessions.end_all(session.user_id)

    async def end_session(self, session: Session, session_id: str) -> None:
        """End one of the user's own sessions. Raises `NotFound`."""
        for one in await self._sessions.of_user(session.user_id):
            if one.id == session_id:
                await self._sessions.end(one)
                return
        raise NotFound("You have no such session.")

    async def _confirmed(self, session: Session, password: str, address: str | None) -> StoredUser:
        stored = await self._stored(session)
        await self._throttle.check(stored.user.email, address)
        if not await self._passwords.verify(password, stored.password_hash):
            await self._throttle.failed(stored.user.email, address)
            raise NotAllowed("The password is wrong.")
        await self._throttle.succeeded(stored.user.email)
        return stored

    async def _stored(self, session: Session) -> StoredUser:
        stored = await self._users.by_id(session.user_id)
        if stored is None:
            await self._sessions.end(session)
            raise NotSignedIn
        return stored

    async def _change(self, session: Session, change: Callable[[StoredUser], StoredUser]) -> StoredUser:
        """Apply a change to the latest version, again where another one came first."""
        async for _ in attempts():
            stored = await self._stored(session)
            changed = change(stored)
            user = replace(
                changed.user, version=stored.user.version + 1, updated_at=in_milliseconds(self._now())
            )
            changed = replace(changed, user=user)
            if await self._users.replace(changed, stored.user.version):
                return changed
        raise AssertionError  # attempts() ends by itself
