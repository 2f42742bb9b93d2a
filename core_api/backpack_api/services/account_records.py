"""Accounts as they are kept: one change comes after the other, and nobody who was
deleted, disabled or given another password stays signed in.

What ends sessions ends them before and after the change of the account: a crash
between two steps leaves a request that can be sent again, never a session that
should be gone; and a sign-in that raced the change is looked at once more.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from backpack_api.domain.accounts import User, check_email, check_profile, check_profile_patch
from backpack_api.domain.merge_patch import merge_patch
from backpack_api.domain.moments import in_milliseconds
from backpack_api.domain.sessions import Session
from backpack_api.problems import Conflict
from backpack_api.services.retries import attempts
from backpack_api.services.sessions import SessionService
from backpack_api.stores.mongo import Mongo
from backpack_api.stores.users import EmailTaken, StoredUser, UserStore

Change = Callable[[StoredUser], StoredUser]
Deleted = Callable[[str], Awaitable[None]]


class AccountRecords:
    """Making, changing and deleting accounts, whoever asks for it."""

    def __init__(
        self,
        *,
        users: UserStore,
        sessions: SessionService,
        mongo: Mongo,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._mongo = mongo
        self._new_id = new_id
        self._now = now
        self._on_delete: list[Deleted] = []

    def on_delete(self, remove: Deleted) -> None:
        """Call this with the id of each user who is deleted, before his account is gone: what
        was his alone goes with him. It must stand being called again."""
        self._on_delete.append(remove)

    async def by_id(self, user_id: str) -> StoredUser | None:
        return await self._users.by_id(user_id)

    async def by_email(self, email: str) -> StoredUser | None:
        """`email`: in its canonical form."""
        return await self._users.by_email(email)

    async def checked_profile(self, profile: Any) -> dict[str, Any]:
        """A whole profile; None is an empty one. Raises `InvalidValue` or `TooLarge`."""
        nested_arrays = (await self._mongo.engine()).nested_arrays
        return check_profile({} if profile is None else profile, nested_arrays=nested_arrays)

    async def insert(self, email: str, password_hash: str, profile: dict[str, Any]) -> User:
        """Keep a new account; all three are checked already. Raises `Conflict`."""
        now = in_milliseconds(self._now())
        user = User(self._new_id(), email, profile, 1, now, now)
        try:
            await self._users.insert(StoredUser(user, password_hash))
        except EmailTaken:
            raise _taken() from None
        return user

    async def change(self, user_id: str, change: Change) -> StoredUser | None:
        """Apply a change to the latest version, again where another one came first; None
        where there is no such user. Raises `Conflict` where an address is taken."""
        async for _ in attempts():
            stored = await self._users.by_id(user_id)
            if stored is None:
                return None
            changed = change(stored)
            user = replace(
                changed.user, version=stored.user.version + 1, updated_at=in_milliseconds(self._now())
            )
            changed = replace(changed, user=user)
            try:
                if await self._users.replace(changed, stored.user.version):
                    return changed
            except EmailTaken:
                raise _taken() from None
        raise AssertionError  # attempts() ends by itself

    async def update(
        self, user_id: str, *, email: str | None = None, profile_patch: Any = None
    ) -> StoredUser | None:
        """Another address, and a merge patch of the profile. Raises `InvalidValue`,
        `TooLarge` or `Conflict`; None where there is no such user."""
        address = None if email is None else check_email(email)
        patch = {} if profile_patch is None else check_profile_patch(profile_patch)
        nested_arrays = (await self._mongo.engine()).nested_arrays

        def updated(stored: StoredUser) -> StoredUser:
            profile = check_profile(merge_patch(stored.user.profile, patch), nested_arrays=nested_arrays)
            user = replace(stored.user, profile=profile, email=address or stored.user.email)
            return replace(stored, user=user)

        return await self.change(user_id, updated)

    async def change_and_sign_out(
        self, user_id: str, change: Change, *, but: Session | None = None
    ) -> StoredUser | None:
        """Apply a change after which the user's sessions, except for one, are over."""
        await self._sessions.end_all(user_id, but=but)
        changed = await self.change(user_id, change)
        await self._sessions.end_all(user_id, but=but)
        return changed

    async def delete(self, user_id: str) -> bool:
        """Delete an account with its sessions and all that was its alone; its documents
        stay. False where there is none."""
        await self._sessions.end_all(user_id)
        async for _ in attempts():
            stored = await self._users.by_id(user_id)
            if stored is None:
                return False
            for remove in self._on_delete:
                await remove(user_id)
            if await self._users.delete(user_id, stored.user.version):
                break
        await self._sessions.end_all(user_id)
        for remove in self._on_delete:
            await remove(user_id)  # what a request that was under way has still made
        return True


def _taken() -> Conflict:
    return Conflict("This e-mail address has an account already.")
