"""What each user may store. The look and the write are never parted: of uploads at once,
on whichever replicas, none slips past another.

The truth is the sum of the sizes in the metadata; nothing else has to be put right after
a crash.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from backpack_api.problems import InsufficientStorage, StoreUnavailable
from backpack_api.services.configuration import LiveConfiguration
from backpack_api.stores.file_usage import FileUsage
from backpack_api.stores.locks import Locks

SumOf = Callable[[str], Awaitable[int]]


class Balance:
    """What a user stores, while it changes."""

    def __init__(self, used: int | None, add_up: Callable[[], Awaitable[int]], quota: int) -> None:
        self.used = used
        """In bytes; None: not known, as nobody had to ask."""
        self._add_up = add_up
        self._quota = quota

    async def check_room(self, added: int) -> None:
        """Raise `InsufficientStorage` unless there is room for so many more bytes."""
        if added <= 0:
            return  # a smaller content is taken whatever the quota is now
        if self.used is None:
            self.used = await self._add_up()
        if self.used + added > self._quota:
            raise quota_exceeded(self._quota)

    def changed(self, by: int) -> None:
        """Note that so many bytes more are stored, once that is written."""
        if self.used is not None:
            self.used += by


class Quotas:
    """Quotas of one backpack's users."""

    def __init__(self, usage: FileUsage, locks: Locks, live: LiveConfiguration, sum_of: SumOf) -> None:
        self._usage = usage
        self._locks = locks
        self._live = live
        self._sum_of = sum_of

    @property
    def each(self) -> int:
        """The bytes that each user may store."""
        return self._live.current.quota_per_user

    async def room_of(self, user_id: str) -> int:
        """The bytes that a user may still store, as of just now; negative after the quota
        was lowered."""
        used = await self._usage.get(user_id)
        return self.each - (await self._sum_of(user_id) if used is None else used)

    @asynccontextmanager
    async def changing(self, user_id: str) -> AsyncIterator[Balance]:
        """Hold what a user stores: nobody else changes it during the block."""
        async with self._locks.hold(f"files-of:{user_id}"):
            balance = Balance(await self._usage.take(user_id), lambda: self._sum_of(user_id), self.each)
            yield balance
            if balance.used is not None:
                # The change is written already. Without the sum the next one adds up anew.
                with contextlib.suppress(StoreUnavailable):
                    await self._usage.put(user_id, balance.used)


def quota_exceeded(quota: int) -> InsufficientStorage:
    """The refusal of what a user's quota has no room for."""
    return InsufficientStorage(f"Your files may take {quota} bytes in all. Delete some first.")
