"""The one door to realtime: sockets come in and go out through it."""

from dataclasses import dataclass

from backpack_api.domain.accounts import User
from backpack_api.domain.events import BROADCAST, Event
from backpack_api.domain.sessions import Session
from backpack_api.problems import NotAllowed, NotSignedIn
from backpack_api.services.accounts import AccountService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.services.realtime.channels import Channels
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.services.realtime.hub import Hub
from backpack_api.services.realtime.presence import Presence
from backpack_api.services.realtime.session_checks import SessionChecks
from backpack_api.services.realtime.subscriptions import RulesOf, Subscriptions
from backpack_api.services.sessions import SessionService
from backpack_api.sockets.frames import json_frame
from backpack_api.stores.channels import ChannelStore
from backpack_api.stores.presence import PresenceStore


@dataclass(frozen=True, slots=True)
class Caller:
    """Who opens a socket."""

    session: Session
    user: User


class RealtimeService:
    """Realtime of one replica."""

    def __init__(
        self,
        *,
        events: EventService,
        sessions: SessionService,
        accounts: AccountService,
        live: LiveConfiguration,
        rules_of: RulesOf,
        channels: ChannelStore,
        presence: PresenceStore,
    ) -> None:
        self._events = events
        self._sessions = sessions
        self._accounts = accounts
        self._live = live
        self.hub = Hub(events)
        self.subscriptions = Subscriptions(events, rules_of)
        self.channels = Channels(channels, events, self.hub)
        self._presence = Presence(presence, events, self.hub)
        self._session_checks = SessionChecks(self.hub, sessions, live, events)
        events.on(BROADCAST, self._broadcast)
        events.on_gap(self._gap)
        live.on_change(lambda _: self.subscriptions.rules_changed())

    async def recognise(self, token: str) -> Caller | None:
        """Who this token is of; None where it is that of no session."""
        session = await self._sessions.find(token)
        return None if session is None else Caller(session, await self._accounts.user_of(session))

    def enter(self, connection: RealtimeConnection, caller: Caller) -> None:
        """Take a socket in, and greet its user."""
        connection.signed_in(caller.session)
        self.hub.enter(connection)
        self._presence.changed(caller.session.user_id)
        connection.greeted = True
        hello = {"ev": "hello", "user": caller.user.to_json_object(), "seq": str(self._events.position)}
        connection.send(hello)
        # Its end may have been told between the look at the session and this.
        self._session_checks.look_at(connection)

    async def sign_in(self, connection: RealtimeConnection, token: str) -> None:
        """Take in a socket by its first message; it is greeted after the answer. Raises
        `NotSignedIn` where the token is that of no session, `NotAllowed` where the socket
        is another user's."""
        caller = await self.recognise(token)
        if caller is None:
            connection.afterwards(connection.refuse)
            raise NotSignedIn("The token is that of no session. Log in, and connect again.")
        if connection.session is None:
            connection.afterwards(lambda: self._enter_if_open(connection, caller))
        elif connection.user_id != caller.session.user_id:
            raise NotAllowed("This socket is signed in as another user. Open one more.")

    def left(self, connection: RealtimeConnection) -> None:
        """Let go of a socket that is over."""
        if connection.session is not None:
            self.subscriptions.leave(connection)
            self.channels.left(connection)
            self.hub.leave(connection)
            self._presence.changed(connection.user_id)

    async def broadcast(self, connection: RealtimeConnection, data: object) -> str:
        """Send a message to everybody who is connected; gives its `seq`, once it is in the
        stream. Raises `NotAllowed` where the backpack's settings don't let users do so."""
        if not self._live.current.broadcast:
            raise NotAllowed("Users of this backpack may not send to everybody.")
        return str(await self._events.append(BROADCAST, {"from": connection.user_id, "data": data}))

    def start(self) -> None:
        self._presence.start()
        self._session_checks.start()

    async def close(self) -> None:
        self._session_checks.close()
        await self._presence.close()

    def shutdown(self) -> None:
        """Tell every client to connect again: this replica ends."""
        self.hub.shutdown()

    def _broadcast(self, event: Event) -> None:
        frame = json_frame({"ev": "broadcast", **event.payload, "seq": event.seq})
        for connection in self.hub:
            if connection.greeted:
                connection.socket.send(frame)

    def _gap(self) -> None:
        """Tell those whose subscriptions don't: that of channels or broadcasts something may
        have been missed."""
        frame = json_frame({"ev": "reset"})
        for connection in self.hub:
            if connection.greeted and (connection.channels or not connection.subscriptions):
                connection.socket.send(frame)

    def _enter_if_open(self, connection: RealtimeConnection, caller: Caller) -> None:
        if connection.socket.open and connection.session is None:
            self.enter(connection, caller)
