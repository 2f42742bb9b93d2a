"""Who has subscribed to a collection. Subscriptions with the same filter are a group, for
which the filter is asked once; within it, those with the same id get the same bytes."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backpack_api.domain.events import Event
from backpack_api.domain.filters import Filter
from backpack_api.domain.json_text import to_json
from backpack_api.domain.rules import Rules
from backpack_api.problems import NotFound
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets.frames import json_frame

MAX_HELD = 2000


@dataclass(slots=True, eq=False)
class Subscription:
    """One subscription of one socket."""

    id: str
    """Its number among those of the socket: most sockets have few, so most ids are equal
    and so are the frames."""
    connection: RealtimeConnection
    user_id: str
    collection: str
    filter: Filter
    ended: bool = False
    missed: bool = False
    """Whether a gap was found while what was missed is being replayed."""

    def reset(self) -> None:
        """Tell the client that it may have missed something."""
        self.connection.socket.send(json_frame({"ev": "reset", "sub": self.id}))


@dataclass(slots=True, eq=False)
class Group:
    """The subscriptions of a collection with one filter."""

    filter: Filter
    by_id: dict[str, set[Subscription]] = field(default_factory=dict)
    by_user: dict[str, set[Subscription]] = field(default_factory=dict)

    def add(self, one: Subscription) -> None:
        self.by_id.setdefault(one.id, set()).add(one)
        self.by_user.setdefault(one.user_id, set()).add(one)

    def discard(self, one: Subscription) -> None:
        _discard(self.by_id, one.id, one)
        _discard(self.by_user, one.user_id, one)

    def everyone(self) -> Iterable[tuple[str, Iterable[Subscription]]]:
        """Subscriptions by their id."""
        return self.by_id.items()

    def of_user(self, user_id: str) -> Iterable[tuple[str, Iterable[Subscription]]]:
        """The user's, by their id."""
        return ((one.id, (one,)) for one in self.by_user.get(user_id, ()))


class Feed:
    """The subscriptions of one collection, and its rules as they are now."""

    def __init__(self, collection: str, rules: Rules) -> None:
        self.collection = collection
        self.rules = rules
        self.missing: NotFound | None = None
        """That the collection was dropped, where it was and somebody is still subscribed."""
        self.waiting: list[Event] | None = None
        """Events that wait until the rules are known again; None: they are."""
        self.overflown = False
        self._groups: dict[bytes, Group] = {}
        self._known = asyncio.Event()
        self._known.set()

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[Subscription]:
        for group in self._groups.values():
            for subscriptions in group.by_id.values():
                yield from subscriptions

    def groups(self) -> Iterable[Group]:
        return self._groups.values()

    def add(self, one: Subscription) -> None:
        key = to_json(one.filter.source)
        self._groups.setdefault(key, Group(one.filter)).add(one)

    def discard(self, one: Subscription) -> None:
        key = to_json(one.filter.source)
        group = self._groups.get(key)
        if group is not None:
            group.discard(one)
            if not group.by_id:
                del self._groups[key]

    # The rules

    def hold(self) -> bool:
        """The rules may have changed: keep events until they are known. False where that
        is so already."""
        if self.waiting is not None:
            return False
        self.waiting = []
        self._known.clear()
        return True

    def keep(self, event: Event) -> None:
        """Keep an event, as long as they aren't too many."""
        if self.waiting is not None and len(self.waiting) < MAX_HELD:
            self.waiting.append(event)
        else:
            self.overflown = True

    def release(self, rules: Rules) -> list[Event]:
        """The rules are known: what has waited, to be handed out."""
        events, self.waiting, self.rules = self.waiting or [], None, rules
        self._known.set()
        return events

    async def known(self) -> None:
        """Return once the rules are known."""
        await self._known.wait()


def _discard(index: dict[str, set[Subscription]], key: str, one: Subscription) -> None:
    found = index.get(key)
    if found is not None:
        found.discard(one)
        if not found:
            del index[key]
