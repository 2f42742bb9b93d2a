"""Users as administrators manage them. No rule of theirs stands in the way here, and no
password is asked for: who may call this is decided before."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from backpack_api.domain.accounts import ManagedUser, check_email, check_new_password
from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.problems import InvalidValue, NotFound
from backpack_api.services.account_records import AccountRecords
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.passwords import PasswordService
from backpack_api.services.sessions import SessionService
from backpack_api.stores.users import StoredUser, UserStore

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
MAX_SEARCH_LENGTH = 254
"""An e-mail address has no more characters."""


UserOrder = Literal["createdAt", "-createdAt", "email", "-email"]


@dataclass(frozen=True, slots=True)
class UserPage:
    """Users of a list, in its order."""

    items: list[ManagedUser]
    next_cursor: str | None
    total: int | None
    """How many there are in all that match; only where asked for."""


class UserService:
    """Every call raises `NotFound` for an id that no user has."""

    def __init__(
        self,
        *,
        users: UserStore,
        records: AccountRecords,
        sessions: SessionService,
        passwords: PasswordService,
        live: LiveConfiguration,
    ) -> None:
        self._users = users
        self._records = records
        self._sessions = sessions
        self._passwords = passwords
        self._live = live

    async def page(
        self,
        *,
        search: str | None = None,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
        total: bool = False,
        sort: UserOrder = "createdAt",
    ) -> UserPage:
        """Users whose e-mail address holds `search`, in whatever case. Raises `InvalidValue`."""
        if search is not None and len(search) > MAX_SEARCH_LENGTH:
            raise InvalidValue.at("search", f"has at most {MAX_SEARCH_LENGTH} characters")
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidValue.at("limit", f"must be a number from 1 to {MAX_LIMIT}")
        text = search.strip().lower() if search else ""
        by_email, descending = sort.endswith("email"), sort.startswith("-")
        found = await self._users.page(
            search=text,
            after=_place_of(cursor, sort) if cursor is not None else None,
            limit=limit + 1,
            by_email=by_email,
            descending=descending,
        )
        items = [_managed(stored) for stored in found[:limit]]
        count = await self._users.count(search=text) if total else None
        if len(found) <= limit:
            return UserPage(items, None, count)
        last = items[-1].user
        return UserPage(items, encode_cursor(f"{sort} {last.email if by_email else last.id}"), count)

    async def count(self) -> int:
        """How many users there are."""
        return await self._users.count(search="")

    async def get(self, user_id: str) -> ManagedUser:
        return _existing(await self._records.by_id(user_id))

    async def create(self, email: str, password: str, profile: Any = None) -> ManagedUser:
        """A new account, also where registration is closed. Raises `InvalidValue`,
        `TooLarge` or `Conflict`."""
        address = check_email(email)
        canonical = check_new_password(password, address, self._live.current.password_min_length)
        checked = await self._records.checked_profile(profile)
        hash_ = await self._passwords.hash(canonical)
        return ManagedUser(await self._records.insert(address, hash_, checked), disabled=False)

    async def update(self, user_id: str, *, email: str | None = None, profile: Any = None) -> ManagedUser:
        """Another address, and a merge patch of the profile. Raises `InvalidValue`,
        `TooLarge` or `Conflict`."""
        return _existing(await self._records.update(user_id, email=email, profile_patch=profile))

    async def disable(self, user_id: str) -> ManagedUser:
        """Refuse the user's sign-ins, and his calls within a second on every replica."""
        return _existing(await self._records.change_and_sign_out(user_id, _disabled(True)))

    async def enable(self, user_id: str) -> ManagedUser:
        return _existing(await self._records.change(user_id, _disabled(False)))

    async def delete(self, user_id: str) -> None:
        """Delete the account with its sessions and files; its documents stay."""
        if not await self._records.delete(user_id):
            raise _nobody()

    async def set_password(self, user_id: str, password: str) -> None:
        """Give the user another password and end all of his sessions. Raises `InvalidValue`."""
        email = (await self.get(user_id)).user.email
        canonical = check_new_password(password, email, self._live.current.password_min_length)
        hash_ = await self._passwords.hash(canonical)

        def changed(stored: StoredUser) -> StoredUser:
            return replace(stored, password_hash=hash_)

        _existing(await self._records.change_and_sign_out(user_id, changed))

    async def end_sessions(self, user_id: str) -> None:
        """Sign the user out, within a second on every replica."""
        await self.get(user_id)
        await self._sessions.end_all(user_id)


def _place_of(cursor: str, sort: UserOrder) -> str:
    """The id or address that a page begins after. Raises `InvalidValue`."""
    order, _, place = decode_cursor(cursor).partition(" ")
    if order != sort or not place:
        raise InvalidValue.at("cursor", "is not the `nextCursor` of a list in this order")
    return place


def _disabled(disabled: bool) -> Callable[[StoredUser], StoredUser]:
    return lambda stored: replace(stored, disabled=disabled)


def _managed(stored: StoredUser) -> ManagedUser:
    return ManagedUser(stored.user, stored.disabled)


def _existing(stored: StoredUser | None) -> ManagedUser:
    if stored is None:
        raise _nobody()
    return _managed(stored)


def _nobody() -> NotFound:
    return NotFound("There is no user with this id.")
