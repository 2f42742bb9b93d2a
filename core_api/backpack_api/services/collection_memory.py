"""What this process knows of the collections without asking."""

import logging

from backpack_api.domain.collections import Collection
from backpack_api.domain.events import COLLECTIONS_CHANGED, Event
from backpack_api.logs import FIELDS
from backpack_api.problems import InvalidValue
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_contract.configuration import BackpackConfiguration

log = logging.getLogger("backpack_api.collections")


class CollectionMemory:
    """Declared collections, and definitions that were read and haven't changed since.

    Only what exists is remembered: a new collection is there at once, on every replica."""

    def __init__(self, live: LiveConfiguration, events: EventService) -> None:
        self._events = events
        self._known: dict[str, Collection] = {}
        self.generation = 0
        """One more with each change that was heard of: what was read before it is not kept after."""
        self.declared: dict[str, Collection] = {}
        """By name, as the configuration in force declares them."""
        events.on(COLLECTIONS_CHANGED, self._heard)
        events.on_gap(self._forget_all)
        live.on_change(self._take)
        self._take(live.current)

    def get(self, name: str) -> Collection | None:
        """The collection, where it is known for sure."""
        declared = self.declared.get(name)
        if declared is not None:
            return declared
        return self._known.get(name) if self._events.fresh else None

    def keep(self, collection: Collection, generation: int) -> None:
        """Remember a definition that was read when the generation was this."""
        if generation == self.generation:
            self._known[collection.name] = collection

    def forget(self, name: str) -> None:
        self.generation += 1
        self._known.pop(name, None)

    def _heard(self, event: Event) -> None:
        self.forget(event.payload["name"])

    def _forget_all(self) -> None:
        self.generation += 1
        self._known.clear()

    def _take(self, configuration: BackpackConfiguration) -> None:
        declared: dict[str, Collection] = {}
        for one in configuration.collections:
            try:
                declared[one.name] = Collection.declared(one)
            except InvalidValue as problem:
                log.warning(
                    "a declared collection can't be served",
                    extra={FIELDS: {"collection": one.name, "cause": problem.detail}},
                )
        self.declared = declared
