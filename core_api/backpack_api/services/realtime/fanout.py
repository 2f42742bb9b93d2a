"""An event of a document, to all of a collection's subscriptions that may hear of it.

The document is written as JSON once for each form, and a frame made once for each id of
a subscription: what is left for each socket is to write bytes that are there.
"""

from collections.abc import Iterable

from backpack_api.domain.deliveries import (
    DELETE,
    Change,
    Form,
    LatestChanges,
    Matches,
    form_of,
    form_of_late,
    seen_by_all,
)
from backpack_api.domain.events import Event
from backpack_api.domain.json_text import to_json
from backpack_api.domain.rules import Rule
from backpack_api.services.realtime.feed import Feed, Group, Subscription
from backpack_api.sockets.frames import text_frame


class Frames:
    """The frames of one event."""

    def __init__(self, change: Change, seq: str) -> None:
        self._change = change
        self._seq = seq
        self._tails: dict[Form, bytes] = {}
        self._frames: dict[tuple[Form, str], bytes] = {}

    def frame(self, form: Form, subscription_id: str) -> bytes:
        """The frame that tells of the event in this form."""
        key = form, subscription_id
        frame = self._frames.get(key)
        if frame is None:
            tail = self._tails.get(form) or self._tail(form)
            # Ids are digits: they need no escaping.
            frame = text_frame(b'{"ev":"db","sub":"' + subscription_id.encode() + tail)
            self._frames[key] = frame
        return frame

    def _tail(self, form: Form) -> bytes:
        change = self._change
        whole = form is Form.WHOLE
        type_ = change.type if whole else DELETE
        document = to_json(change.told if whole else {"id": change.id})
        tail = (
            b'","type":"' + type_.encode() + b'","doc":' + document + b',"seq":"' + self._seq.encode() + b'"}'
        )
        self._tails[form] = tail
        return tail


class Fanout:
    """Hands out the events of all collections that somebody has subscribed to."""

    def __init__(self) -> None:
        self._latest = LatestChanges()

    def forget(self) -> None:
        self._latest.clear()

    def deliver(self, feed: Feed, event: Event) -> None:
        """Send the event to whom it concerns."""
        change = change_of(event)
        later = self._latest.later_than(feed.collection, change, event.size)
        frames = Frames(change, event.seq)
        for group in feed.groups():
            for form, receivers in _receivers(group, feed.rules.read, change, later):
                for subscription_id, subscriptions in receivers:
                    frame = frames.frame(form, subscription_id)
                    for subscription in subscriptions:
                        subscription.connection.socket.send(frame)


class Replayed:
    """Events again, for one subscription that has missed them."""

    def __init__(self, subscription: Subscription) -> None:
        self._latest = LatestChanges()
        self._group = Group(subscription.filter)
        self._group.add(subscription)
        self._subscription = subscription
        self.connection = subscription.connection

    def deliver(self, event: Event, rule: Rule) -> None:
        if event.payload["collection"] != self._subscription.collection:
            return
        change = change_of(event)
        later = self._latest.later_than(self._subscription.collection, change, event.size)
        for form, receivers in _receivers(self._group, rule, change, later):
            for subscription_id, subscriptions in receivers:
                for subscription in subscriptions:
                    subscription.connection.socket.send(
                        Frames(change, event.seq).frame(form, subscription_id)
                    )


def change_of(event: Event) -> Change:
    """The change that an event of a document tells of."""
    payload = event.payload
    return Change(payload["type"], payload["before"], payload["after"])


def _receivers(
    group: Group, rule: Rule, change: Change, later: Change | None
) -> Iterable[tuple[Form, Iterable[tuple[str, Iterable[Subscription]]]]]:
    """Who of the group hears of the change, in which form."""
    if rule is Rule.NONE:
        return
    sees = Matches.of(group.filter, change)
    latest = Matches.of(group.filter, later) if later is not None else None
    if not (sees.before or sees.after):
        return
    if seen_by_all(rule):
        form = form_of(change.type, sees) if latest is None else form_of_late(sees, latest)
        if form is not None:
            yield form, group.everyone()
        return
    for user_id in change.owners:
        own = sees.for_owner(change, user_id)
        if later is None or latest is None:
            form = form_of(change.type, own)
        else:
            form = form_of_late(own, latest.for_owner(later, user_id))
        if form is not None:
            yield form, group.of_user(user_id)
