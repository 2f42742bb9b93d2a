"""The sockets of this replica that are signed in, by user: closed when their session ends."""

from collections.abc import Iterable, Iterator

from backpack_api.domain.events import SESSIONS_ENDED, Event
from backpack_api.services.events import EventService
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets import codes


class Hub:
    """Who is connected here."""

    def __init__(self, events: EventService) -> None:
        self._by_user: dict[str, set[RealtimeConnection]] = {}
        self._count = 0
        events.on(SESSIONS_ENDED, self._sessions_ended)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RealtimeConnection]:
        for connections in self._by_user.values():
            yield from connections

    def of_user(self, user_id: str) -> Iterable[RealtimeConnection]:
        """The user's sockets on this replica."""
        return self._by_user.get(user_id, ())

    def users(self) -> set[str]:
        """Everybody who is connected here."""
        return set(self._by_user)

    def is_here(self, user_id: str) -> bool:
        return user_id in self._by_user

    def enter(self, connection: RealtimeConnection) -> None:
        """Take in a connection that is signed in."""
        self._by_user.setdefault(connection.user_id, set()).add(connection)
        self._count += 1

    def leave(self, connection: RealtimeConnection) -> None:
        connections = self._by_user.get(connection.user_id)
        if connections is None or connection not in connections:
            return
        connections.discard(connection)
        self._count -= 1
        if not connections:
            del self._by_user[connection.user_id]

    def shutdown(self) -> None:
        """Tell every client to connect again: to another replica, as this one ends."""
        for connection in list(self):
            connection.socket.close(codes.SERVICE_RESTART, "this server is about to end; connect again")

    def _sessions_ended(self, event: Event) -> None:
        ended: list[str] | None = event.payload["sessions"]
        for connection in list(self.of_user(event.payload["user"])):
            if ended is None or (connection.session is not None and connection.session.id in ended):
                connection.socket.close(codes.SESSION_ENDED, "the session ended")
