"""Taking a configuration from the operator, and having every replica take it.

It is kept in the database before it is in force, and told to all replicas as an
event. A replica that wasn't there, or may have missed the event, looks it up: at
its start, where the mounted file may be older, after a gap, and now and then.
"""

import logging

from backpack_api.domain.configuration import read_configuration
from backpack_api.domain.events import CONFIGURATION_CHANGED, Event
from backpack_api.logs import FIELDS
from backpack_api.problems import Conflict, InvalidValue
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.services.watch import Watch
from backpack_api.stores.locks import Locks
from backpack_api.stores.system import SystemStore
from backpack_contract.configuration import BackpackConfiguration, ConfigurationError

SUBJECT = "configuration"

log = logging.getLogger("backpack_api.configuration")


class ConfigurationService:
    """Changes what `LiveConfiguration` holds."""

    def __init__(
        self, live: LiveConfiguration, store: SystemStore, locks: Locks, events: EventService
    ) -> None:
        self._live = live
        self._store = store
        self._locks = locks
        self._events = events
        self.watch = Watch(self._take_stored)
        events.on(CONFIGURATION_CHANGED, self._heard)
        events.on_gap(self.watch.again)

    async def put(self, text: bytes) -> BackpackConfiguration:
        """Put the configuration of this JSON text into force, on all replicas. Raises
        `InvalidValue`, and `Conflict` for an older one."""
        async with self._locks.hold(SUBJECT):
            await self._take_stored()
            configuration = read_configuration(text, self._live.current)
            # The generation is for replicas that a former version still serves.
            kept = {"generation": configuration.generation, "json": configuration.to_json()}
            await self._store.put(SUBJECT, kept)
        self._live.replace(configuration)
        self._events.publish(CONFIGURATION_CHANGED, {"configuration": configuration.to_json()})
        return configuration

    async def _take_stored(self) -> None:
        """Where neither is older, the one in force stays: a mounted file of an operator that
        counts no revisions may have been written since, with other keys."""
        stored = await self._store.get(SUBJECT)
        if stored is not None and self._is_newer(stored["json"]):
            self._take(stored["json"])

    def _is_newer(self, text: str) -> bool:
        try:
            return self._live.current.older_than(BackpackConfiguration.from_json(text))
        except ConfigurationError:
            return False  # of another version of the API

    def _heard(self, event: Event) -> None:
        self._take(event.payload["configuration"])

    def _take(self, text: str) -> None:
        try:
            self._live.replace(read_configuration(text.encode(), self._live.current))
        except Conflict:
            return  # it is older than the one in force
        except InvalidValue as problem:
            # Another version of the API took it, or another backpack's database was restored.
            log.warning("a configuration was not taken", extra={FIELDS: {"cause": problem.detail}})
