"""Bringing the database in line with the collections that the resource declares.

They are in force without it; but what is declared no longer is kept, with the rules it
had last, and indexes are in the engine. Runs at the start and with each change of the
configuration, on every replica, one at a time.
"""

import asyncio
import logging
from dataclasses import replace

from backpack_api.domain.collections import Collection
from backpack_api.domain.events import COLLECTIONS_CHANGED
from backpack_api.logs import FIELDS
from backpack_api.problems import Conflict, Overloaded, StoreUnavailable
from backpack_api.services.background import end
from backpack_api.services.collection_memory import CollectionMemory
from backpack_api.services.collections import LOCK, CollectionService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.stores.collections import CollectionStore
from backpack_api.stores.locks import Locks

RETRY_SECONDS = 1.0

log = logging.getLogger("backpack_api.collections")


class DeclaredCollections:
    """Keeps the stored definitions and the indexes as they are declared."""

    def __init__(
        self,
        *,
        service: CollectionService,
        store: CollectionStore,
        locks: Locks,
        live: LiveConfiguration,
        events: EventService,
        memory: CollectionMemory,
    ) -> None:
        self._service = service
        self._store = store
        self._locks = locks
        self._events = events
        self._memory = memory
        self._changed = asyncio.Event()
        self._changed.set()
        self._task: asyncio.Task[None] | None = None
        live.on_change(lambda _: self._changed.set())

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._bring_about()
            except (StoreUnavailable, Overloaded):
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _bring_about(self) -> None:
        async with self._locks.hold(LOCK):
            for name in await self._store.dropping():
                await self._service.finish_drop(name)
            declared = dict(self._memory.declared)
            stored = {one.name: one for one in await self._store.all()}
            for name, collection in declared.items():
                if stored.get(name) != collection:
                    await self._store.put(collection)
                    self._events.publish(COLLECTIONS_CHANGED, {"name": name})
            for name, collection in stored.items():
                if collection.managed and name not in declared:
                    await self._let_go(collection)
            for collection in declared.values():
                await self._index(collection)

    async def _let_go(self, collection: Collection) -> None:
        await self._store.put(replace(collection, managed=False))
        self._events.publish(COLLECTIONS_CHANGED, {"name": collection.name})
        log.warning(
            "the resource declares a collection no longer: it is kept, with the rules it had last",
            extra={FIELDS: {"collection": collection.name}},
        )

    async def _index(self, collection: Collection) -> None:
        try:
            await self._service.bring_about_indexes(collection)
        except Conflict as problem:
            log.warning(
                "a declared index can't be made",
                extra={FIELDS: {"collection": collection.name, "cause": problem.detail}},
            )
