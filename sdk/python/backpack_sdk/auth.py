"""Accounts and sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import BackpackError
from .listeners import StopListening
from .session import AuthChange, User
from .transport import Request, Transport, quoted
from .wire import from_wire


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A place where one is signed in. Its id tells nothing of the session's token."""

    id: str
    created_at: str
    last_seen_at: str
    user_agent: str | None
    current: bool


class Auth:
    """Accounts and sessions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._session = transport.session

    @property
    def user(self) -> User | None:
        """Who is signed in, as far as is known without asking."""
        return self._session.user

    @property
    def token(self) -> str | None:
        """The session's token; None where nobody is signed in."""
        return self._session.token

    async def register(self, email: str, password: str, profile: dict[str, Any] | None = None) -> User:
        """Make an account. It isn't signed in yet."""
        account = {"email": email, "password": password, "profile": profile or {}}
        return from_wire(User, await self._transport.call("POST", "/auth/register", Request(json=account)))

    async def login(self, email: str, password: str) -> User:
        """Sign in."""
        credentials = {"email": email, "password": password, "token": True}
        request = Request(json=credentials, anonymous=True)
        answer = await self._transport.call("POST", "/auth/login", request)
        user = from_wire(User, answer["user"])
        self._session.enter(user, answer["token"])
        return user

    async def logout(self) -> None:
        """Sign out here."""
        await self._leave("POST", "/auth/logout")

    async def logout_all(self) -> None:
        """Sign out everywhere."""
        await self._leave("POST", "/auth/logout-all")

    async def me(self) -> User | None:
        """Who is signed in, as the API knows it; None: nobody."""
        if not self.token:
            return None
        try:
            user = from_wire(User, await self._transport.call("GET", "/auth/me"))
        except BackpackError as error:
            if error.status != 401:
                raise
            user = None
        self._session.known(user)
        return user

    async def update(self, profile: dict[str, Any]) -> User:
        """Change the profile: a merge patch (RFC 7396), None removes a field."""
        request = Request(json={"profile": profile})
        user = from_wire(User, await self._transport.call("PATCH", "/auth/me", request))
        self._session.known(user, "update")
        return user

    async def change_password(self, current: str, password: str) -> None:
        """Set another password. The user's other sessions end."""
        request = Request(json={"current": current, "new": password})
        await self._transport.call("POST", "/auth/password", request)

    async def sessions(self) -> list[SessionInfo]:
        """Where the user is signed in, the newest first."""
        answer = await self._transport.call("GET", "/auth/sessions")
        return [from_wire(SessionInfo, one) for one in answer]

    async def end_session(self, id: str) -> None:
        """Sign out one of them."""
        await self._transport.call("DELETE", f"/auth/sessions/{quoted(id)}")

    async def delete_account(self, password: str) -> None:
        """Remove the account, and its files. Its documents stay."""
        await self._leave("DELETE", "/auth/me", Request(json={"password": password}))

    def on_change(self, listener: Callable[[AuthChange], None]) -> StopListening:
        """Hear of it when another user, or nobody, is signed in. Gives what ends it."""
        return self._session.changes.add(listener)

    async def _leave(self, method: str, path: str, request: Request | None = None) -> None:
        self._session.leaving = True
        try:
            try:
                await self._transport.call(method, path, request or Request())
            except BackpackError as error:
                if error.status != 401 or method != "POST":  # it had ended already
                    raise
            self._session.end()
        finally:
            self._session.leaving = False
