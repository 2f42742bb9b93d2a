"""Collections: listing, making and finding them."""

import time

from backpack_api.domain.collections import (
    MAX_COLLECTIONS,
    Collection,
    check_collection_name,
    is_collection_name,
)
from backpack_api.domain.rules import Rules
from backpack_api.problems import Conflict, NotFound, NotSignedIn
from backpack_api.stores.collections import CollectionStore
from backpack_api.stores.locks import Locks

REMEMBER_SECONDS = 1.0
"""How long a definition is trusted without a look. Only those that exist are
remembered: a new one is there at once, on every replica."""


class CollectionService:
    """The collections of one backpack."""

    def __init__(self, store: CollectionStore, locks: Locks) -> None:
        self._store = store
        self._locks = locks
        self._known: dict[str, tuple[float, Collection]] = {}

    async def all(self) -> list[Collection]:
        """Every collection, by name."""
        return await self._store.all()

    async def create(self, name: str) -> Collection:
        """A new collection with the default rules. Raises `InvalidValue` or `Conflict`."""
        collection = Collection(check_collection_name(name), Rules())
        async with self._locks.hold("collections"):
            existing = await self._store.all()
            if any(one.name == name for one in existing):
                raise Conflict(f"There is a collection `{name}` already.")
            if len(existing) >= MAX_COLLECTIONS:
                raise Conflict(f"A backpack has at most {MAX_COLLECTIONS} collections.")
            if not await self._store.insert(collection):
                raise Conflict(f"There is a collection `{name}` already.")
        return collection

    async def find(self, name: str, user_id: str | None) -> Collection:
        """The collection of this name. Raises `NotFound`, or `NotSignedIn` to who has
        no session: which collections there are is not for everyone."""
        if is_collection_name(name):
            now = time.monotonic()
            known = self._known.get(name)
            if known is not None and now - known[0] < REMEMBER_SECONDS:
                return known[1]
            collection = await self._store.get(name)
            if collection is not None:
                self._known[name] = (now, collection)
                return collection
        if user_id is None:
            raise NotSignedIn
        raise NotFound(f"There is no collection `{name[:63]}`.")
