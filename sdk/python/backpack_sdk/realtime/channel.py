"""Places for messages between users."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from ..listeners import Listeners, StopListening
from ..wire import from_wire
from .link import Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel."""

    channel: str
    private: bool
    owner_id: str


@dataclass(frozen=True, slots=True)
class ChannelMessage(Generic[T]):
    """What somebody has said in a channel."""

    channel: str
    from_: str
    """The user who sent it."""
    data: T
    seq: str


@dataclass(frozen=True, slots=True)
class PresenceEvent:
    """Who has come or gone. `online` is a member's first connection, `offline` the end of his last one."""

    channel: str
    user: str
    type: Literal["join", "leave", "online", "offline"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a channel, and whether he is connected."""

    user: str
    online: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Something was sent: its place in the order that all hear."""

    seq: str


class Ask(Protocol):
    """How the connection is asked."""

    async def __call__(
        self, op: str, fields: dict[str, Any], answered: Callable[[Any], None] | None = None, /
    ) -> Any: ...


Say = Callable[[str, dict[str, Any], str | None], Awaitable[Said]]
"""How something is sent: operation, fields, key."""


class Channel(Generic[T]):
    """A place for messages `T` between users. Membership is the user's: it outlives connections."""

    def __init__(self, name: str, ask: Ask, say: Say) -> None:
        self.name = name
        self._since: str | None = None
        self._began: str | None = None
        """Where this connection began."""
        self._connection = ask
        self._say = say
        self._messages = Listeners[ChannelMessage[T]]()
        self._presence = Listeners[PresenceEvent]()

    async def create(self, *, private: bool = False, members: Sequence[str] = ()) -> ChannelInfo:
        """Make it, and join it. 409 where it exists. Who is in `members` may join a private one."""
        fields: dict[str, Any] = {"private": True} if private else {}
        if members:
            fields["members"] = list(members)
        return from_wire(ChannelInfo, await self._ask("create", fields, self._attach))

    async def join(self) -> None:
        """Become a member, and get its messages from now on."""
        await self._ask("join", {}, self._attach)

    async def add(self, user: str) -> None:
        """Make somebody else a member, as who has made the channel."""
        await self._ask("join", {"user": user})

    async def leave(self) -> None:
        """Be no member any more."""
        await self._ask("leave", {}, self._detach)

    async def delete(self) -> None:
        """Remove it, as who has made it."""
        await self._ask("delete", {}, self._detach)

    async def members(self) -> list[Member]:
        """The members, and who of them is connected."""
        return [from_wire(Member, one) for one in (await self._ask("members", {}))["items"]]

    async def publish(self, data: T, *, key: str | None = None) -> Said:
        """Send to all members, the sender too.

        Without a connection it waits for one; all that is sent arrives once, in its order.
        """
        return await self._say("channel.publish", {"channel": self.name, "data": data}, key)

    def on_message(self, listener: Callable[[ChannelMessage[T]], None]) -> StopListening:
        """Hear every message. Gives what ends it."""
        return self._messages.add(listener)

    def on_presence(self, listener: Callable[[PresenceEvent], None]) -> StopListening:
        """Hear who comes and goes. Gives what ends it."""
        return self._presence.add(listener)

    # For the connection

    def _attach(self, answer: Message) -> None:
        self._since = self._since or answer["seq"]

    def _detach(self, _: object = None) -> None:
        self._since = None

    def _rewind(self, seq: str | None) -> None:
        """After a reset go on from what has come over this connection, or from its `seq`."""
        if self._since and self._since == self._began:
            self._since = seq

    def _received(self, message: Message) -> None:
        if message["ev"] == "channel":
            self._since = message["seq"]
            heard = (message[name] for name in ("channel", "from", "data", "seq"))
            self._messages.tell(ChannelMessage(*heard))
        else:
            self._presence.tell(from_wire(PresenceEvent, message))

    async def _ask(
        self, op: str, fields: dict[str, Any], answered: Callable[[Any], None] | None = None
    ) -> Any:
        return await self._connection(f"channel.{op}", {"channel": self.name, **fields}, answered)
