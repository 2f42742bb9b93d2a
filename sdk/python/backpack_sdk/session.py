"""Who is signed in now, as far as a client knows, and by which token."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from .errors import BackpackError, session_ended
from .listeners import Listeners

Change = Literal["login", "logout", "update", "restored", "ended"]


@dataclass(frozen=True, slots=True)
class User:
    """An account, as its owner sees it. Moments are RFC 3339, in UTC."""

    id: str
    email: str
    profile: dict[str, Any]
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class AuthChange:
    """Who is signed in now, and why."""

    user: User | None
    reason: Change
    """`ended`: somebody or something else ended the session."""
    error: BackpackError | None = None
    """Of a session that ended."""


class Session:
    """The session of one client."""

    def __init__(self, name: str, token: str | None, store: MutableMapping[str, str] | None) -> None:
        """`name`: what the store calls it."""
        self._name = name
        self._store = store
        self.user: User | None = None
        self.token = token if token or store is None else store.get(name)
        self.epoch = 0
        """Raised when another user, or nobody, is signed in: an answer to a call from before says nothing."""
        self.leaving = False
        """A logout is under way: that the session ends is no surprise."""
        self.changes = Listeners[AuthChange]()

    def enter(self, user: User, token: str) -> None:
        """Somebody has signed in."""
        self.token = token
        self._keep()
        self.epoch += 1
        self._become(user, "login")

    def known(self, user: User | None, reason: Change = "restored") -> None:
        """What the API says of who is signed in."""
        if user is None and (self.user or self.token):
            self.end()
        elif user != self.user:
            self._become(user, reason)

    def end(self) -> None:
        """Nobody is signed in any more."""
        signed_in = self.user or self.token
        self.token = None
        self._keep()
        if signed_in:
            self._become(None, "logout" if self.leaving else "ended")

    def _become(self, user: User | None, reason: Change) -> None:
        if (user and user.id) != (self.user and self.user.id):
            self.epoch += 1
        self.user = user
        self.changes.tell(AuthChange(user, reason, session_ended() if reason == "ended" else None))

    def _keep(self) -> None:
        if self._store is None:
            return
        if self.token is None:
            self._store.pop(self._name, None)
        else:
            self._store[self._name] = self.token
