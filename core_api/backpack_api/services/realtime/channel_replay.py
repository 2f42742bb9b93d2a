"""What was said in channels while a socket's user was away, sent to it once it is back."""

from collections.abc import Collection

from backpack_api.domain.events import CHANNEL, CHANNEL_DELETED, PRESENCE, RESET, Event
from backpack_api.domain.sequences import Sequence, parse_sequence
from backpack_api.problems import StoreUnavailable
from backpack_api.services.events import EventService
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets.frames import json_frame

ENTRIES = 16
"""Of the stream, read at once."""


class ChannelReplay:
    """The messages after `since`, of a time in which the user was a member."""

    def __init__(self, events: EventService, connection: RealtimeConnection, since: str) -> None:
        self._events = events
        self._connection = connection
        self._position = parse_sequence(since)
        self._begun: dict[str, Sequence] = {}
        """Where a membership began after `since`: before it, nothing was for him."""

    async def send(self, names: Collection[str]) -> bool:
        """Send the messages of these channels, until none is missing: whoever goes on from
        there without waiting misses none. False where some are no longer to be had.

        Called again, it goes on from there."""
        try:
            return await self._find_memberships(names) and await self._catch_up(names)
        except StoreUnavailable:
            return False

    async def _find_memberships(self, names: Collection[str]) -> bool:
        position = self._position
        if position is None or await self._events.since(position, entries=1) is None:
            return False
        await self._events.heard(position)  # another replica may have told of it first
        while position < self._events.position:
            events = await self._events.since(position, entries=ENTRIES)
            if not events:
                return False
            for event in events:
                for name in self._joined(event, names):
                    self._begun[name] = event.sequence
            position = events[-1].sequence
        return True

    def _joined(self, event: Event, names: Collection[str]) -> Collection[str]:
        if event.kind == CHANNEL_DELETED:  # another one of this name may have been made since
            return {event.payload["channel"]}
        joins = event.kind == PRESENCE and event.payload["type"] == "join"
        if joins and event.payload["user"] == self._connection.user_id:
            return set(event.payload["channels"]) & set(names)
        return ()

    async def _catch_up(self, names: Collection[str]) -> bool:
        while self._connection.socket.open:
            position = self._position
            if position is None or position >= self._events.position:
                return position is not None
            events = await self._events.since(position, entries=ENTRIES)
            if not events:
                return False
            for event in events:
                await self._connection.socket.drained()
                if event.sequence > self._events.position:
                    break  # it comes by itself, once the socket is attached
                if event.kind == RESET:
                    return False
                self._tell(event, names)
                self._position = event.sequence
        return False

    def _tell(self, event: Event, names: Collection[str]) -> None:
        if event.kind != CHANNEL:
            return
        name = event.payload["channel"]
        begun = self._begun.get(name)
        if name in names and (begun is None or event.sequence > begun):
            self._connection.socket.send(json_frame({"ev": "channel", **event.payload, "seq": event.seq}))
