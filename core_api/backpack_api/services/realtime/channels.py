"""Channels: who may do what in one, and handing its messages to those who are attached.

A membership is the user's and stays; a socket gets a channel's events from the moment
it attaches (by creating or joining it, by `joinMine`, by sending to it, or as the maker adds
its user) until it or the user leaves.
"""

from collections import Counter
from collections.abc import Sequence

from backpack_api.domain.channels import MAX_CHANNELS, MAX_MEMBERS, MAX_OF_USER
from backpack_api.domain.events import CHANNEL, CHANNEL_DELETED, PRESENCE, Event
from backpack_api.domain.json_text import JsonObject
from backpack_api.problems import Conflict, NotAllowed, NotFound, Problem
from backpack_api.services.events import EventService
from backpack_api.services.realtime.channel_replay import ChannelReplay
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.services.realtime.hub import Hub
from backpack_api.sockets.frames import json_frame
from backpack_api.stores.channels import Channel, ChannelStore, Outcome


class Channels:
    """The channels of one backpack, and who of this replica's sockets is attached to them."""

    def __init__(self, store: ChannelStore, events: EventService, hub: Hub) -> None:
        self._store = store
        self._events = events
        self._hub = hub
        self._attached: dict[str, set[RealtimeConnection]] = {}
        self._leaving: Counter[tuple[RealtimeConnection, str]] = Counter()
        """Which sockets leave what, until that is heard here: they aren't told of it, and may
        have joined again by then."""
        self._departures = 0
        events.on(CHANNEL, self._message)
        events.on(CHANNEL_DELETED, self._deleted)
        events.on(PRESENCE, self._presence)
        events.on_gap(self._leaving.clear)

    async def create(
        self, connection: RealtimeConnection, name: str, *, private: bool, members: Sequence[str]
    ) -> None:
        """Make a channel, join it, and attach. Raises `Conflict`."""
        outcome = await self._store.create(name, connection.user_id, private=private, members=members)
        _check(outcome, name)
        await self._attach(connection, [name])

    async def join(self, connection: RealtimeConnection, name: str, since: str | None = None) -> None:
        """Become a member, and attach; no error where one is. `since`: send first what was
        said after it. Raises `NotFound`, `NotAllowed` where the channel is private and nobody
        has added the user, `Conflict`."""
        _check(await self._store.join(name, connection.user_id, by=connection.user_id), name)
        await self._attach(connection, [name], since)

    async def add(self, connection: RealtimeConnection, name: str, user_id: str) -> None:
        """Make somebody else a member, as the channel's maker. Raises as `join` does."""
        _check(await self._store.join(name, user_id, by=connection.user_id), name)

    async def leave(self, connection: RealtimeConnection, name: str) -> None:
        """Be no member any more. Raises `NotFound`."""
        leaving = connection, name
        self._leaving[leaving] += 1
        outcome = None
        try:
            outcome = await self._store.leave(name, connection.user_id)
        finally:
            if outcome is not Outcome.DONE:
                self._has_left(leaving)  # nothing will be heard of it
        _check(outcome, name)
        self._detach(connection, name)

    async def delete(self, name: str, user_id: str | None) -> None:
        """Remove a channel. `user_id`: who asks; None: an administrator. Raises `NotFound`,
        `NotAllowed` where it isn't the maker."""
        _check(await self._store.delete(name, by=user_id), name)

    async def forget(self, user_id: str) -> None:
        """Take a user who is no more out of all channels."""
        await self._store.forget(user_id)

    async def attach_all(self, connection: RealtimeConnection, since: str | None = None) -> list[str]:
        """Attach to every channel that the user is a member of, and name them; `since` as
        with `join`."""
        return await self._attach(connection, None, since)

    @property
    def seq(self) -> str:
        """Where the events are now: who has attached just now misses nothing after it."""
        return str(self._events.position)

    async def members(self, name: str, user_id: str) -> list[tuple[str, bool]]:
        """The members, and who of them is connected. Raises `NotFound`, `NotAllowed` where
        the channel is private and the user isn't in it."""
        channel = await self._known(name)
        members = await self._store.members(name)
        if channel.private and channel.maker != user_id and user_id not in (member for member, _ in members):
            raise _refused(name)
        return members

    async def page(
        self, user_id: str | None, *, prefix: str, after: str, limit: int
    ) -> tuple[list[Channel], str | None]:
        """Channels that the user may know of, None: an administrator; see the store."""
        return await self._store.page(user_id, prefix=prefix, after=after, limit=limit)

    async def publish(self, connection: RealtimeConnection, name: str, data: object) -> str:
        """Send a message to all members; gives its `seq`, once it is in the stream. Raises
        `NotFound`, `NotAllowed` to who is no member."""
        if not (name in connection.channels and self._events.fresh):
            await self._check_member(name, connection.user_id)
        if name not in connection.channels:
            await self._attach(connection, [name])  # the sender hears it, too
        message = {"channel": name, "from": connection.user_id, "data": data}
        return str(await self._events.append(CHANNEL, message))

    def left(self, connection: RealtimeConnection) -> None:
        """Let go of a socket that is over."""
        for name in list(connection.channels):
            self._detach(connection, name)
        for leaving in [one for one in self._leaving if one[0] is connection]:
            del self._leaving[leaving]

    # Attaching

    async def _attach(
        self, connection: RealtimeConnection, names: Sequence[str] | None, since: str | None = None
    ) -> list[str]:
        """Attach the socket to those of the channels that the user is a member of; None: all.
        He may leave one meanwhile, so what was read counts only if no departure was heard."""
        replay = None if since is None else ChannelReplay(self._events, connection, since)
        while True:
            departures = self._departures
            mine = await self._store.of_user(connection.user_id)
            attached = mine if names is None else [name for name in names if name in mine]
            new = [name for name in attached if name not in connection.channels]
            whole = replay is None or await replay.send(new)
            if departures == self._departures:
                break
        if not connection.socket.open:
            return []
        for name in attached:
            self._put(connection, name)
        if not whole:
            connection.send({"ev": "reset"})
        return attached

    def _put(self, connection: RealtimeConnection, name: str) -> None:
        connection.channels.add(name)
        self._attached.setdefault(name, set()).add(connection)

    def _detach(self, connection: RealtimeConnection, name: str) -> None:
        connection.channels.discard(name)
        attached = self._attached.get(name)
        if attached is not None:
            attached.discard(connection)
            if not attached:
                del self._attached[name]

    def _has_left(self, leaving: tuple[RealtimeConnection, str]) -> bool:
        """Whether this one was about to leave, which it isn't any more."""
        if self._leaving[leaving] <= 0:
            del self._leaving[leaving]
            return False
        self._leaving[leaving] -= 1
        if not self._leaving[leaving]:
            del self._leaving[leaving]
        return True

    async def _check_member(self, name: str, user_id: str) -> None:
        if not await self._store.is_member(name, user_id):
            await self._known(name)
            raise NotAllowed(f"Only members send to `{name}`: join it first.")

    async def _known(self, name: str) -> Channel:
        channel = await self._store.get(name)
        if channel is None:
            raise _missing(name)
        return channel

    # Events

    def _message(self, event: Event) -> None:
        name = event.payload["channel"]
        attached = self._attached.get(name)
        if attached:
            frame = json_frame({"ev": "channel", **event.payload, "seq": event.seq})
            for connection in attached:
                connection.socket.send(frame)

    def _presence(self, event: Event) -> None:
        user_id, type_ = event.payload["user"], event.payload["type"]
        by = event.payload.get("by", user_id)
        for name in event.payload["channels"]:
            frame = _presence_frame(name, user_id, type_)
            # His own sockets know what he does: but not what is done to him.
            receivers = {one for one in self._attached.get(name, ()) if one.user_id != user_id}
            if by != user_id:
                receivers |= set(self._hub.of_user(user_id))
                for one in self._hub.of_user(user_id):
                    self._put(one, name)
            elif type_ == "leave":
                self._departures += 1
                own = [one for one in self._hub.of_user(user_id) if not self._has_left((one, name))]
                receivers |= {one for one in own if name in one.channels}
                for one in own:
                    self._detach(one, name)
            for one in receivers:
                one.socket.send(frame)

    def _deleted(self, event: Event) -> None:
        name = event.payload["channel"]
        self._departures += 1
        for connection in list(self._attached.get(name, ())):
            # Everybody hears that he himself has left.
            connection.socket.send(_presence_frame(name, connection.user_id, "leave"))
            self._detach(connection, name)


def channel_document(channel: Channel) -> JsonObject:
    """A channel as it is answered."""
    return {"channel": channel.name, "private": channel.private, "ownerId": channel.maker}


def _presence_frame(name: str, user_id: str, type_: str) -> bytes:
    return json_frame({"ev": "presence", "channel": name, "user": user_id, "type": type_})


def _check(outcome: Outcome, name: str) -> None:
    """Raise where a change of the channel was refused."""
    problem: Problem | None = None
    match outcome:
        case Outcome.EXISTS:
            problem = Conflict(f"There is a channel `{name}` already. Join it, or take another name.")
        case Outcome.MISSING:
            problem = _missing(name)
        case Outcome.REFUSED:
            problem = _refused(name)
        case Outcome.FULL:
            problem = Conflict(
                f"A backpack has at most {MAX_CHANNELS} channels, and a channel {MAX_MEMBERS} members."
            )
        case Outcome.USER_FULL:
            problem = Conflict(f"A user is a member of at most {MAX_OF_USER} channels. Leave one first.")
    if problem is not None:
        raise problem


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no channel `{name}`.")


def _refused(name: str) -> NotAllowed:
    return NotAllowed(f"Only the maker of `{name}` may do this, or add who may.")
