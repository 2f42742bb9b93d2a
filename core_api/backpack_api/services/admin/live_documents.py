"""Subscriptions of administrators: no rule counts, so that it takes no more than a filter."""

from collections.abc import Callable
from dataclasses import dataclass

from backpack_api.domain.deliveries import LatestChanges, Matches, form_of, form_of_late
from backpack_api.domain.events import DOCUMENT, Event
from backpack_api.domain.filters import Filter
from backpack_api.services.events import EventService
from backpack_api.services.realtime.fanout import Frames, change_of
from backpack_api.sockets.frames import json_frame

Send = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, eq=False)
class LiveDocuments:
    """One subscription of one socket."""

    id: str
    collection: str
    filter: Filter
    send: Send


class AdminSubscriptions:
    """Those of this replica's admin sockets: few, for people who look at a screen."""

    def __init__(self, events: EventService) -> None:
        self._all: set[LiveDocuments] = set()
        self._latest = LatestChanges()
        events.on(DOCUMENT, self._document)
        events.on_gap(self._gap)

    def add(self, one: LiveDocuments) -> None:
        self._all.add(one)

    def remove(self, one: LiveDocuments) -> None:
        self._all.discard(one)

    def _document(self, event: Event) -> None:
        collection = event.payload["collection"]
        concerned = [one for one in self._all if one.collection == collection]
        if not concerned:
            return
        change = change_of(event)
        later = self._latest.later_than(collection, change, event.size)
        frames = Frames(change, event.seq)
        for one in concerned:
            sees = Matches.of(one.filter, change)
            form = (
                form_of(change.type, sees)
                if later is None
                else form_of_late(sees, Matches.of(one.filter, later))
            )
            if form is not None:
                one.send(frames.frame(form, one.id))

    def _gap(self) -> None:
        self._latest.clear()
        for one in self._all:
            one.send(json_frame({"ev": "reset", "sub": one.id}))
