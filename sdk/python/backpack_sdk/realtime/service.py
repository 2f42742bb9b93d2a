"""Subscriptions, channels and broadcasts over one connection."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from ..documents import DocumentEvent, Filter, SubscriptionEnded, SubscriptionReset
from ..errors import BackpackError, own_error, session_ended
from ..listeners import Listeners, StopListening, check
from ..listing import Listing, Page, page_of
from ..session import AuthChange, User
from ..transport import Transport
from ..wire import from_wire
from .channel import Channel, ChannelInfo, Said
from .link import Connect, Link, Message, Status
from .outbox import Entry, Outbox, nothing
from .subscription import Subscription

T = TypeVar("T")

Unsubscribe = Callable[[], Awaitable[None]]
"""Ends a subscription."""

_SAFE = re.compile(r"ping|db\.(list|get)|channel\.(join|joinMine|list|members)")
"""Operations that may be sent twice. Others need a `key`."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What somebody has said to everybody."""

    from_: str
    data: Any
    seq: str


class Realtime:
    """The connection, opened on need."""

    def __init__(self, transport: Transport, connect: Connect | None = None) -> None:
        """`connect`: how a WebSocket is opened."""
        self._transport = transport
        self._outbox = Outbox(transport.options.realtime.queue)
        self._link = Link(transport, _Ears(self), connect)
        self._subscriptions: dict[Subscription, asyncio.Future[None] | None] = {}
        """With what waits for the first answer to each."""
        self._channels: dict[str, Channel[Any]] = {}
        self._events = Listeners[Message]()
        self._user: str | None = None
        self._seq: str | None = None
        transport.session.changes.add(self._session_changed)

    @property
    def status(self) -> Status:
        """How the connection is."""
        return self._link.status

    def on_status(self, listener: Callable[[Status], None]) -> StopListening:
        """Hear how the connection is. Gives what ends it."""
        return self._link.statuses.add(listener)

    def open(self) -> None:
        """Connect before anything needs it."""
        self._link.open()

    async def close(self) -> None:
        """End the connection, and every subscription. The next need opens another."""
        self._end(own_error("closed", "The connection was closed."))
        await self._link.closed()

    def channel(self, name: str) -> Channel[Any]:
        """A channel by its name, a type and a name: `chat/room-1`. Nothing is asked."""
        return self._channels.setdefault(name, Channel(name, self._ask, self._say))

    def channels(self, type: str | None = None) -> Listing[ChannelInfo]:
        """The channels that the user may know of; with a type only its own."""

        async def load(cursor: str | None) -> Page[ChannelInfo]:
            given = {"channel": type, "cursor": cursor}
            fields = {name: value for name, value in given.items() if value is not None}
            return page_of(await self._ask("channel.list", fields), lambda one: from_wire(ChannelInfo, one))

        return Listing(load)

    async def join_mine(self) -> list[str]:
        """Get the messages of every channel that the user is a member of; gives their names."""

        def attach(answer: Message) -> None:
            for name in answer["channels"]:
                self.channel(name)._attach(answer)

        names: list[str] = (await self._ask("channel.joinMine", {}, attach))["channels"]
        return names

    async def change(self, from_: str, to: str) -> None:
        """Leave one channel, and join another."""

        def attach(answer: Message) -> None:
            self.channel(to)._attach(answer)
            if from_ != to:
                self.channel(from_)._detach()

        await self._ask("channel.change", {"from": from_, "channel": to}, attach)

    async def broadcast(self, data: Any, *, key: str | None = None) -> Said:
        """Send to everybody who is connected. Without a connection it waits for one."""
        return await self._say("broadcast", {"data": data}, key)

    def on_broadcast(self, listener: Callable[[Broadcast], None]) -> StopListening:
        """Connect, and hear every broadcast. What is said while the connection is lost isn't repeated."""
        check(listener)
        self._link.open()

        def heard(event: Message) -> None:
            if event["ev"] == "broadcast":
                listener(from_wire(Broadcast, event))

        return self.on_event(heard)

    def on_reset(self, listener: Callable[[], None]) -> StopListening:
        """Messages of channels may have been missed: they are no longer to be had."""
        check(listener)

        def heard(event: Message) -> None:
            if event["ev"] == "reset" and "sub" not in event:
                listener()

        return self.on_event(heard)

    def on_event(self, listener: Callable[[Message], None]) -> StopListening:
        """Hear every event as the server sends it."""
        return self._events.add(listener)

    async def ping(self) -> None:
        """Ask whether the server is there."""
        await self._ask("ping", {})

    async def request(self, op: str, fields: dict[str, Any] | None = None) -> Any:
        """Any operation of the socket, with its fields."""
        return await self._ask(op, fields or {})

    async def subscribe(
        self, collection: str, handler: Callable[[DocumentEvent[Any]], None], filter: Filter | None = None
    ) -> Unsubscribe:
        """See `Collection.subscribe`."""
        check(handler)
        # As JSON has it from now on: what JSON can't have fails here, and not on each connection.
        sent = filter and json.loads(json.dumps(filter, allow_nan=False))
        one = Subscription(collection, sent, handler)
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._subscriptions[one] = started
        if self.status.state == "open":
            self._outbox.put(self._begin(one))
        else:
            self._link.open()
        try:
            await started
        except asyncio.CancelledError:
            self._stop(one)
            raise

        async def stop() -> None:
            if self._stop(one):
                with suppress(BackpackError):  # the connection took it along
                    await self._ask("unsubscribe", {"sub": one.id})

        return stop

    async def _ask(
        self, op: str, fields: dict[str, Any], answered: Callable[[Any], None] | None = None
    ) -> Any:
        """The answer to a request. `answered` is called before any later message is looked at."""
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(data: Any) -> None:
            if answered:
                answered(data)
            if not result.done():
                result.set_result(data)

        def failed(error: BackpackError) -> None:
            if not result.done():
                result.set_exception(error)

        repeatable = _SAFE.fullmatch(op) or "key" in fields
        entry = Entry(op, fields, "resend" if repeatable else "fail", done, failed)
        self._outbox.put(entry)
        self._link.open()
        try:
            return await result
        except asyncio.CancelledError:
            self._outbox.forget(entry)
            raise

    async def _say(self, op: str, fields: dict[str, Any], key: str | None) -> Said:
        """Send what is heard once, however often it is sent."""
        answer = await self._ask(op, {**fields, "key": key or self._transport.key()})
        return from_wire(Said, answer)

    # What the connection tells

    def _greeted(self, hello: Message) -> None:
        user = from_wire(User, hello["user"])
        self._user = user.id
        self._seq = hello["seq"]
        self._transport.session.known(user)
        channels = [channel for channel in self._channels.values() if channel._since is not None]
        first = [self._begin(one) for one in self._subscriptions]
        self._outbox.connected(self._link.send, first + [self._rejoin(channel) for channel in channels])

    def _received(self, message: Message) -> None:
        if "re" in message:
            self._outbox.answer(message)
            return
        event = message["ev"]
        if "sub" in message:
            self._tell_subscription(message)
        elif event == "reset":
            for channel in self._channels.values():
                channel._rewind(self._seq)
        elif event in ("channel", "presence") and message["channel"] in self._channels:
            channel = self._channels[message["channel"]]
            channel._received(message)
            if message.get("type") == "leave" and message["user"] == self._user:
                channel._detach()
        self._events.tell(message)

    def _tell_subscription(self, message: Message) -> None:
        for one in [one for one in self._subscriptions if one.id == message["sub"]]:
            if message["ev"] == "db":
                one.deliver(message)
            elif message["ev"] == "reset":
                one.rewind(self._seq)
                one.tell(SubscriptionReset())

    def _lost(self, error: BackpackError | None) -> None:
        for one in self._subscriptions:
            one.id = None
        self._outbox.lost(error)
        if error:
            self._end_all(error)

    # Inside

    def _begin(self, one: Subscription) -> Entry:
        """Subscribe on this connection."""
        one.began = one.since
        given = {"collection": one.collection, "filter": one.filter, "since": one.since}

        def answered(answer: Message) -> None:
            if one not in self._subscriptions:
                self._outbox.put(Entry("unsubscribe", {"sub": answer["sub"]}, "drop"))
                return
            one.id = answer["sub"]
            one.since = one.since or answer["seq"]
            started = self._subscriptions[one]
            if started and not started.done():
                started.set_result(None)
            self._subscriptions[one] = None

        def failed(error: BackpackError) -> None:
            started = one in self._subscriptions and self._subscriptions[one] is None
            if started and _passes(error):
                self._link.again()
            else:
                self._end_one(one, error)

        fields = {name: value for name, value in given.items() if value is not None}
        return Entry("db.subscribe", fields, "drop", answered, failed)

    def _rejoin(self, channel: Channel[Any]) -> Entry:
        def failed(error: BackpackError) -> None:
            if _passes(error):
                self._link.again()
            elif error.status:
                channel._detach()
                gone = {"ev": "presence", "channel": channel.name, "user": self._user, "type": "leave"}
                channel._received(gone)

        channel._began = channel._since
        fields = {"channel": channel.name, "since": channel._since}
        return Entry("channel.join", fields, "drop", nothing, failed)

    def _stop(self, one: Subscription) -> bool:
        """Let a subscription go. Whether the server has to be told."""
        if one not in self._subscriptions:
            return False
        del self._subscriptions[one]
        return self.status.state == "open" and one.id is not None

    def _session_changed(self, change: AuthChange) -> None:
        if self._user and (change.user is None or change.user.id != self._user):
            self._end(session_ended())

    def _end(self, error: BackpackError) -> None:
        self._link.close()
        self._outbox.lost(error)
        self._end_all(error)

    def _end_all(self, error: BackpackError) -> None:
        self._user = None
        for one in list(self._subscriptions):
            self._end_one(one, error)
        for channel in self._channels.values():
            channel._detach()

    def _end_one(self, one: Subscription, error: BackpackError) -> None:
        if one not in self._subscriptions:
            return
        started = self._subscriptions.pop(one)
        if started is None:
            one.tell(SubscriptionEnded(error))
        elif not started.done():
            started.set_exception(error)


def _passes(error: BackpackError) -> bool:
    """Whether the same may well succeed a moment later."""
    return error.status == 429 or error.status >= 500


class _Ears:
    """What the connection tells its owner, kept out of the service's public names."""

    def __init__(self, realtime: Realtime) -> None:
        self.greeted = realtime._greeted
        self.received = realtime._received
        self.asks = realtime._outbox.asks
        self.lost = realtime._lost
