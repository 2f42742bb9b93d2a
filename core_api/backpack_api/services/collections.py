"""Collections: finding them, and what administrators and users may change of them.

Definitions are remembered while events are heard that tell of their changes. What the
Backpack resource declares is in force at once, whatever the database has yet.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backpack_api.domain.actors import Actor
from backpack_api.domain.collections import (
    MAX_COLLECTIONS,
    Collection,
    check_collection_name,
    is_collection_name,
)
from backpack_api.domain.events import COLLECTIONS_CHANGED
from backpack_api.domain.indexes import Index, check_indexes
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.rules import Rules
from backpack_api.domain.schemas import Schema
from backpack_api.problems import Conflict, NotAllowed, NotFound, NotSignedIn
from backpack_api.services.collection_memory import CollectionMemory
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.services.events import EventService
from backpack_api.stores.collections import CollectionStore
from backpack_api.stores.indexes import DocumentsBreakIndex, IndexStore, Size
from backpack_api.stores.locks import Locks

LOCK = "collections"
FORGET_SECONDS = 1.2
"""When every replica has forgotten a collection that is being dropped."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a collection holds."""

    size: Size
    indexes: tuple[tuple[Index, bool], ...]
    """Each index, and whether the engine has it."""


class CollectionService:
    """The collections of one backpack."""

    def __init__(
        self,
        *,
        store: CollectionStore,
        indexes: IndexStore,
        locks: Locks,
        live: LiveConfiguration,
        events: EventService,
        memory: CollectionMemory,
    ) -> None:
        self._store = store
        self._indexes = indexes
        self._locks = locks
        self._live = live
        self._events = events
        self._memory = memory

    async def all(self) -> list[Collection]:
        """Every collection, by name."""
        stored = {one.name: one for one in await self._store.all()}
        return sorted({**stored, **self._memory.declared}.values(), key=lambda one: one.name)

    async def find(self, name: str, actor: Actor) -> Collection:
        """The collection of this name. Raises `NotFound`, or `NotSignedIn` to who has
        no session: which collections there are is not for everyone."""
        if is_collection_name(name):
            known = self._memory.get(name)
            if known is not None:
                return known
            generation = self._memory.generation
            collection = await self._store.get(name)
            if collection is not None:
                self._memory.keep(collection, generation)
                return collection
        if actor.user_id is None and not actor.is_administrator:
            raise NotSignedIn
        raise NotFound(f"There is no collection `{name[:63]}`.")

    async def create(
        self,
        name: str,
        actor: Actor,
        *,
        rules: Rules = Rules(),  # noqa: B008  it is frozen
        schema: JsonObject | None = None,
        indexes: Sequence[Index] = (),
    ) -> Collection:
        """A new collection. Raises `NotAllowed` where only administrators may make one,
        `InvalidValue` or `Conflict`."""
        if not actor.is_administrator and self._live.current.create_collections == "none":
            raise NotAllowed("Collections of this backpack are made by its administrators only.")
        if schema is not None:
            Schema(schema)
        collection = Collection(
            check_collection_name(name), rules, schema, check_indexes(indexes, "/indexes")
        )
        async with self._locks.keep(LOCK):
            existing = await self.all()
            if any(one.name == name for one in existing):
                raise Conflict(f"There is a collection `{name}` already.")
            if len(existing) >= MAX_COLLECTIONS:
                raise Conflict(f"A backpack has at most {MAX_COLLECTIONS} collections.")
            if name in await self._store.dropping():
                await self._indexes.drop(name)
                await self._store.end_drop(name)
            if indexes:
                await self.bring_about_indexes(collection)
            if not await self._store.insert(collection):
                raise Conflict(f"There is a collection `{name}` already.")
        self._tell(name)
        return collection

    async def drop(self, name: str) -> Collection:
        """Remove a collection with all its documents. Raises `NotFound`, or `Conflict` where
        the resource declares it. It is gone at once; its documents are, a second later."""
        async with self._locks.keep(LOCK):
            collection = await self._changeable(name)
            await self._store.begin_drop(name)
        self._tell(name)
        # A replica that still remembers it might write to it after its documents are gone.
        await asyncio.sleep(FORGET_SECONDS)
        async with self._locks.keep(LOCK):
            await self.finish_drop(name)
        return collection

    async def finish_drop(self, name: str) -> None:
        """Remove the documents of a collection whose drop has begun, unless somebody has.
        The lock is the caller's."""
        if name in await self._store.dropping():
            await self._indexes.drop(name)
            await self._store.end_drop(name)

    async def set_rules(self, name: str, rules: Rules) -> Collection:
        """Raises `NotFound`, or `Conflict` where the resource declares the collection."""
        return await self._change(name, lambda one: replace(one, rules=rules))

    async def set_schema(self, name: str, schema: JsonObject | None) -> Collection:
        """The schema of what is written from now on. Raises `InvalidValue` too."""
        if schema is not None:
            Schema(schema)
        return await self._change(name, lambda one: replace(one, schema=schema))

    async def set_indexes(self, name: str, indexes: Sequence[Index]) -> Collection:
        """All indexes of a collection. Raises `Conflict` too where documents that are there
        break a unique one."""
        checked = check_indexes(indexes, "/indexes")
        async with self._locks.keep(LOCK):
            collection = replace(await self._changeable(name), indexes=checked)
            await self.bring_about_indexes(collection)
            await self._store.put(collection)
        self._tell(name)
        return collection

    async def statistics(self, name: str, actor: Actor) -> Statistics:
        collection = await self.find(name, actor)
        there = await self._indexes.names(name)
        return Statistics(
            await self._indexes.size(name),
            tuple((index, index.name in there) for index in collection.indexes),
        )

    # For imports of archives.

    async def empty(self, name: str) -> None:
        """Remove the documents and indexes of a collection, and its definition, unless the
        resource declares it."""
        async with self._locks.keep(LOCK):
            if name not in self._memory.declared:
                await self._store.begin_drop(name)
            await self._indexes.drop(name)
            if name not in self._memory.declared:
                await self._store.end_drop(name)
        self._tell(name)

    async def restore(self, collection: Collection) -> None:
        """Define a collection in the place of another, without its indexes, unless the
        resource declares it."""
        if collection.name not in self._memory.declared:
            await self._store.put(replace(collection, indexes=()))
            self._tell(collection.name)

    async def restore_indexes(self, collection: Collection) -> None:
        """Make the indexes of a collection that has its documents. Raises `Conflict` where
        these break one."""
        declared = self._memory.declared.get(collection.name)
        async with self._locks.keep(LOCK):
            await self.bring_about_indexes(declared or collection)
            if declared is None:
                await self._store.put(collection)
        self._tell(collection.name)

    async def has_its_indexes(self, collection: Collection) -> bool:
        """Whether the engine has the collection's indexes, and no others."""
        return await self._indexes.names(collection.name) == {index.name for index in collection.indexes}

    async def bring_about_indexes(self, collection: Collection) -> None:
        """Have the engine keep the collection's indexes, and no others. Raises `Conflict`
        where documents break a unique one. The lock is the caller's."""
        try:
            await self._indexes.bring_about(collection.name, collection.indexes)
        except DocumentsBreakIndex as error:
            fields = ", ".join(f"`{field}`" for field in error.index.fields)
            raise Conflict(
                f"Documents of `{collection.name}` have the same values in {fields}, so these can't be made "
                "unique. Change the documents first."
            ) from None

    async def _change(self, name: str, change: Callable[[Collection], Collection]) -> Collection:
        async with self._locks.keep(LOCK):
            collection = change(await self._changeable(name))
            await self._store.put(collection)
        self._tell(name)
        return collection

    async def _changeable(self, name: str) -> Collection:
        if name in self._memory.declared:
            raise Conflict(
                f"The collection `{name}` is managed by the resource: change it in the Backpack's "
                "`spec.collections`."
            )
        collection = await self._store.get(name) if is_collection_name(name) else None
        if collection is None:
            raise NotFound(f"There is no collection `{name[:63]}`.")
        return collection

    def _tell(self, name: str) -> None:
        self._memory.forget(name)
        self._events.publish(COLLECTIONS_CHANGED, {"name": name})
