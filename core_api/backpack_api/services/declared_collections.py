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
from backpack_api.services.background import end, keep
from backpack_api.services.collection_memory import CollectionMemory
from backpack_api.services.collections import LOCK, CollectionService
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.stores.collections import CollectionStore
from backpack_api.stores.locks import Locks

RETRY_SECONDS = 1.0
END_SECONDS = 2.0

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
        self._ending = False
        self._task: asyncio.Task[None] | None = None
        live.on_change(lambda _: self._changed.set())

    def start(self) -> None:
        self._task = keep(self._run)

    async def close(self) -> None:
        """End it, after what it is doing where that doesn't take long."""
        self._ending = True
        self._changed.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=END_SECONDS)
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._ending:
                return
            try:
                await self._bring_about()
            except (StoreUnavailable, Overloaded):
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()

    async def _is_in_line(self) -> bool:
        """Whether nothing is to be done: the usual start, which needs no lock."""
        if await self._store.dropping():
            return False
        declared = self._memory.declared
        stored = {one.name: one for one in await self._store.all()}
        if any(stored.get(name) != collection for name, collection in declared.items()):
            return False
        if any(one.managed and one.name not in declared for one in stored.values()):
            return False
        for collection in declared.values():
            if not await self._service.has_its_indexes(collection):
                return False
        return True

    async def _bring_about(self) -> None:
        if await self._is_in_line():
            return
        async with self._locks.keep(LOCK):
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
