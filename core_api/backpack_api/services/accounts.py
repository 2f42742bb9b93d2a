"""Accounts as their own users meet them: registering, signing in, one's own record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from backpack_api.domain.accounts import (
    User,
    canonical_email,
    canonical_password,
    check_email,
    check_new_password,
)
from backpack_api.domain.sessions import Session
from backpack_api.problems import NotAllowed, NotFound, NotSignedIn
from backpack_api.services.account_records import AccountRecords
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.credentials import CredentialService
from backpack_api.services.passwords import PasswordService
from backpack_api.services.sessions import SessionService
from backpack_api.stores.users import StoredUser

WRONG_CREDENTIALS = "The e-mail address or the password is wrong."
DISABLED = "This account is disabled."
CLOSED = "Registration is closed: ask whoever runs this application for an account."


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
        records: AccountRecords,
        sessions: SessionService,
        passwords: PasswordService,
        credentials: CredentialService,
        live: LiveConfiguration,
    ) -> None:
        self._records = records
        self._sessions = sessions
        self._passwords = passwords
        self._credentials = credentials
        self._live = live

    async def register(self, email: str, password: str, profile: Any) -> User:
        """A new account. Raises `NotAllowed` where registration is closed, `InvalidValue`,
        `TooLarge` or `Conflict`."""
        configuration = self._live.current
        if configuration.registration == "closed":
            raise NotAllowed(CLOSED)
        address = check_email(email)
        canonical = check_new_password(password, address, configuration.password_min_length)
        checked = await self._records.checked_profile(profile)
        return await self._records.insert(address, await self._passwords.hash(canonical), checked)

    async def sign_in(self, email: str, password: str, *, user_agent: str, address: str | None) -> SignedIn:
        """A new session. Raises `NotSignedIn`, in the same words and time for an
        unknown address and a wrong password, `TooManyRequests`, or `NotAllowed` to who
        knows the password of an account that is disabled."""
        account = canonical_email(email) or email.strip().lower()
        stored = await self._records.by_email(account)
        hash_ = stored.password_hash if stored else None
        if not await self._credentials.verify(account, password, hash_, address=address) or stored is None:
            raise NotSignedIn(WRONG_CREDENTIALS)
        if stored.disabled:
            raise NotAllowed(DISABLED)
        stored = await self._with_current_hash(stored, password)
        token, session = await self._sessions.start(stored.user.id, user_agent)
        latest = await self._records.by_id(stored.user.id)
        if latest is None or latest.disabled or latest.password_hash != stored.password_hash:
            await self._sessions.end(session)
            raise NotSignedIn(WRONG_CREDENTIALS)
        return SignedIn(latest.user, session, token)

    async def user_of(self, session: Session) -> User:
        """The user who is signed in."""
        return (await self._stored(session)).user

    async def patch_profile(self, session: Session, patch: Any) -> User:
        """Merge a patch into the profile. Raises `InvalidValue` or `TooLarge`."""
        changed = await self._records.update(session.user_id, profile_patch=patch)
        return (await self._own(session, changed)).user

    async def change_password(self, session: Session, current: str, new: str, *, address: str | None) -> None:
        """Set another password and end the user's other sessions. Raises
        `NotAllowed` where the current one is wrong, `InvalidValue`, `TooManyRequests`."""
        stored = await self._confirmed(session, current, address)
        minimum = self._live.current.password_min_length
        canonical = check_new_password(new, stored.user.email, minimum, "/new")
        changed = await self._records.change_and_sign_out(
            session.user_id, _with_hash(await self._passwords.hash(canonical)), but=session
        )
        await self._own(session, changed)

    async def delete(self, session: Session, password: str, *, address: str | None) -> None:
        """Delete the account and end its sessions; its documents stay. Raises
        `NotAllowed` where the password is wrong, `TooManyRequests`."""
        await self._confirmed(session, password, address)
        await self._records.delete(session.user_id)

    async def end_session(self, session: Session, session_id: str) -> None:
        """End one of the user's own sessions. Raises `NotFound`."""
        for one in await self._sessions.of_user(session.user_id):
            if one.id == session_id:
                await self._sessions.end(one)
                return
        raise NotFound("You have no such session.")

    async def _with_current_hash(self, stored: StoredUser, password: str) -> StoredUser:
        """The user, his hash made anew where its parameters are not today's: now is the
        only time at which the password is known."""
        if not self._passwords.is_outdated(stored.password_hash):
            return stored
        verified = stored.password_hash
        renewed = await self._passwords.hash(canonical_password(password))

        def rehashed(latest: StoredUser) -> StoredUser:
            # Another password may have been set meanwhile: that one stays.
            return replace(latest, password_hash=renewed) if latest.password_hash == verified else latest

        return await self._records.change(stored.user.id, rehashed) or stored

    async def _confirmed(self, session: Session, password: str, address: str | None) -> StoredUser:
        stored = await self._stored(session)
        email, hash_ = stored.user.email, stored.password_hash
        if not await self._credentials.verify(email, password, hash_, address=address):
            raise NotAllowed("The password is wrong.")
        return stored

    async def _stored(self, session: Session) -> StoredUser:
        return await self._own(session, await self._records.by_id(session.user_id))

    async def _own(self, session: Session, stored: StoredUser | None) -> StoredUser:
        if stored is None or stored.disabled:
            await self._sessions.end(session)
            raise NotSignedIn
        return stored


def _with_hash(hash_: str) -> Callable[[StoredUser], StoredUser]:
    return lambda stored: replace(stored, password_hash=hash_)
