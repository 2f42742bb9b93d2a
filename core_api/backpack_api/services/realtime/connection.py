"""One socket of `/realtime`: who is at its other end, and since when."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.sessions import Session
from backpack_api.problems import NotSignedIn
from backpack_api.sockets import codes
from backpack_api.sockets.connection import Connection
from backpack_api.sockets.operations import Operations
from backpack_api.sockets.protocol import SocketProtocol

if TYPE_CHECKING:
    from backpack_api.services.realtime.feed import Subscription

SIGN_IN = "auth"
SIGN_IN_SECONDS = 5.0
"""Within which a socket without a session must have signed in."""


class RealtimeConnection(Connection["RealtimeConnection"]):
    """A connection, signed in or about to be."""

    def __init__(
        self,
        socket: SocketProtocol,
        operations: Operations["RealtimeConnection"],
        request_id: str,
        on_closed: Callable[["RealtimeConnection"], None],
    ) -> None:
        super().__init__(socket, operations, request_id)
        self.session: Session | None = None
        self.greeted = False
        """Whether the hello was sent: nothing goes before it."""
        self.subscriptions: dict[str, Subscription] = {}
        self.channels: set[str] = set()
        """Those it is attached to."""
        self._numbers = itertools.count(1)
        self._on_closed = on_closed
        self._deadline = self._loop.call_later(SIGN_IN_SECONDS, self.refuse)

    @property
    def user_id(self) -> str:
        """The user's. Raises `NotSignedIn`."""
        if self.session is None:
            raise NotSignedIn
        return self.session.user_id

    def signed_in(self, session: Session) -> None:
        self.session = session
        self._deadline.cancel()

    def next_subscription(self) -> int:
        """The number of the socket's next subscription: counted from 1, never given twice."""
        return next(self._numbers)

    def refuse(self) -> None:
        """Close a socket that nobody has signed in at."""
        self.socket.close(codes.NOT_ALLOWED, "sign in first")

    # As every connection is asked

    def admit(self, message: JsonObject) -> None:
        if self.session is None and message.get("op") != SIGN_IN:
            self.afterwards(self.refuse)
            raise NotSignedIn

    def answers(self, message: JsonObject) -> bool:
        return "id" in message or message.get("op") != SIGN_IN

    def closed(self) -> None:
        self._deadline.cancel()
        self._on_closed(self)
