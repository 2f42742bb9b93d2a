"""Subscriptions to collections: taking them in, handing events to them, and telling them
where events may be missing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

from backpack_api.domain.events import COLLECTIONS_CHANGED, DOCUMENT, RESET, Event
from backpack_api.domain.filters import Filter
from backpack_api.domain.rules import Rule, Rules, check_verb
from backpack_api.domain.sequences import Sequence, parse_sequence
from backpack_api.problems import Conflict, NotFound, Problem, StoreUnavailable
from backpack_api.services.events import EventService
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.services.realtime.fanout import Fanout, Replayed
from backpack_api.services.realtime.feed import Feed, Subscription

MAX_SUBSCRIPTIONS = 100
"""Of one socket."""
REPLAY_ENTRIES = 16
"""Entries of the stream that are read at once for a replay."""
RETRY_SECONDS = 0.5

RulesOf = Callable[[str, str], Awaitable[Rules]]
"""The rules of a collection for a user. Raises `NotFound`."""

log = logging.getLogger("backpack_api.realtime")


class Subscriptions:
    """The subscriptions of this replica's sockets."""

    def __init__(self, events: EventService, rules_of: RulesOf) -> None:
        self._events = events
        self._rules_of = rules_of
        self._feeds: dict[str, Feed] = {}
        self._replaying: set[Subscription] = set()
        self._fanout = Fanout()
        self._changes = 0
        self._tasks: set[asyncio.Task[None]] = set()
        events.on(DOCUMENT, self._document)
        events.on(COLLECTIONS_CHANGED, self._collection_changed)
        events.on_gap(self._gap)

    def __len__(self) -> int:
        return sum(1 for feed in self._feeds.values() for _ in feed)

    async def subscribe(
        self, connection: RealtimeConnection, collection: str, filter_: Filter, since: str | None
    ) -> Subscription:
        """A new subscription: of all that comes, and with `since` of what came after it.
        Raises `NotFound`, `NotAllowed`, `Conflict`."""
        user_id = connection.user_id
        if len(connection.subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Conflict(
                f"A socket has at most {MAX_SUBSCRIPTIONS} subscriptions. End one, or open another."
            )
        feed = await self._feed(collection, user_id)
        if feed.missing is not None:
            raise feed.missing
        check_verb(feed.rules.read, user_id)
        number = connection.next_subscription()
        one = Subscription(str(number), connection, user_id, collection, filter_)
        if not connection.socket.open:
            return one  # nobody is there any more who would end it
        connection.subscriptions[one.id] = one
        if since is None:
            feed.add(one)
        else:
            self._replaying.add(one)
            # Begins once the answer, which names the subscription, is sent.
            self._run(self._replay(one, parse_sequence(since)))
        return one

    @property
    def seq(self) -> str:
        """Where the events are now: who has subscribed just now misses nothing after it."""
        return str(self._events.position)

    def unsubscribe(self, connection: RealtimeConnection, subscription_id: str) -> None:
        """End a subscription. Raises `NotFound`."""
        one = connection.subscriptions.pop(subscription_id, None)
        if one is None:
            raise NotFound("This socket has no such subscription.")
        self._end(one)

    def leave(self, connection: RealtimeConnection) -> None:
        """End all subscriptions of a socket that is over."""
        for one in connection.subscriptions.values():
            self._end(one)
        connection.subscriptions.clear()

    def rules_changed(self) -> None:
        """The rules of any collection may have changed."""
        self._changes += 1
        for feed in self._feeds.values():
            self._reload(feed)

    # Events

    def _document(self, event: Event) -> None:
        feed = self._feeds.get(event.payload["collection"])
        if feed is None:
            return
        if feed.waiting is not None:
            feed.keep(event)
        else:
            self._fanout.deliver(feed, event)

    def _collection_changed(self, event: Event) -> None:
        self._changes += 1
        feed = self._feeds.get(event.payload["name"])
        if feed is not None:
            self._reload(feed)

    def _gap(self) -> None:
        self._fanout.forget()
        for one in self._replaying:
            one.missed = True
        for feed in self._feeds.values():
            for one in feed:
                one.reset()
        self.rules_changed()

    # Rules

    async def _feed(self, collection: str, user_id: str) -> Feed:
        """The feed of a collection, whose rules are known."""
        while True:
            feed = self._feeds.get(collection)
            if feed is not None:
                await feed.known()
                if self._feeds.get(collection) is feed and feed.waiting is None:
                    return feed
                continue
            changes = self._changes
            rules = await self._rules_of(collection, user_id)
            if changes == self._changes and collection not in self._feeds:
                feed = self._feeds[collection] = Feed(collection, rules)
                return feed

    def _reload(self, feed: Feed) -> None:
        if feed.hold():
            self._run(self._load(feed))

    async def _load(self, feed: Feed) -> None:
        """Find out the rules of a collection, however long it takes, and hand out what has
        waited for them."""
        while True:
            changes = self._changes
            missing = None
            try:
                rules = await self._rules_of(feed.collection, "")
            except NotFound as problem:
                # Dropped: nobody reads it, until there is another one of this name.
                rules, missing = Rules(read=Rule.NONE), problem
            except Problem:
                log.warning("the rules of a collection can't be read; its events wait")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if changes == self._changes:
                break
        feed.missing = missing
        waited = feed.release(rules)
        if feed.overflown:
            feed.overflown = False
            for one in feed:
                one.reset()
        for event in waited:
            self._fanout.deliver(feed, event)

    # Replay

    async def _replay(self, one: Subscription, since: Sequence | None) -> None:
        """Send what came after `since`, and go on with what comes: nothing is left out, and
        nothing comes twice."""
        try:
            whole = since is not None and await self._catch_up(one, since)
        except (StoreUnavailable, NotFound):
            whole = False
        self._replaying.discard(one)
        if one.ended or not one.connection.socket.open:
            return
        if not whole:
            feed = await self._feed_or_none(one)
            if feed is None or one.ended:
                return
            feed.add(one)
            one.reset()

    async def _catch_up(self, one: Subscription, since: Sequence) -> bool:
        """Replay until the subscription has joined those that hear events as they come.
        False where something is missing: then it hasn't joined."""
        if await self._events.since(since, entries=1) is None:
            return False
        await self._events.heard(since)  # another replica may have told of it first
        replayed, position = Replayed(one), since
        while not one.missed and not one.ended and one.connection.socket.open:
            feed = await self._feed(one.collection, one.user_id)
            if position >= self._events.position:
                self._replaying.discard(one)
                feed.add(one)
                return True
            events = await self._events.since(position, entries=REPLAY_ENTRIES)
            if not events or not await self._send_again(replayed, events, feed.rules.read):
                return False
            # What is in the stream, but wasn't heard yet, comes by itself.
            position = min(events[-1].sequence, self._events.position)
        return False

    async def _send_again(self, replayed: Replayed, events: list[Event], rule: Rule) -> bool:
        """Send those that were heard here. False across a reset."""
        for event in events:
            await replayed.connection.socket.drained()
            if event.sequence > self._events.position:
                break
            if event.kind == RESET:
                return False
            if event.kind == DOCUMENT:
                replayed.deliver(event, rule)
        return True

    async def _feed_or_none(self, one: Subscription) -> Feed | None:
        try:
            return await self._feed(one.collection, one.user_id)
        except (NotFound, StoreUnavailable):
            one.reset()
            return None

    # Inside

    def _end(self, one: Subscription) -> None:
        one.ended = True
        self._replaying.discard(one)
        feed = self._feeds.get(one.collection)
        if feed is not None:
            feed.discard(one)
            if not feed and feed.waiting is None:
                del self._feeds[one.collection]

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
