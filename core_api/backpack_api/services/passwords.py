"""Hashing and verifying passwords with argon2id, off the event loop.

One hash takes tens of milliseconds of a core and 19 MiB: at most two run at once,
and when many wait the next one is told to come again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from passlib.context import CryptContext

from backpack_api import memory
from backpack_api.domain.accounts import canonical_password
from backpack_api.problems import Overloaded

AT_ONCE = 2
MAX_WAITING = 64
QUIET_SECONDS = 5.0
"""After so long without a hash their memory is given back. Not after each: to get it
anew makes a hash half as long again."""

R = TypeVar("R")


class PasswordService:
    """argon2id with these parameters; verifies hashes that were made with others."""

    def __init__(self, *, memory_kib: int, rounds: int) -> None:
        self._context = _context(memory_kib, rounds)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._giving_back: asyncio.TimerHandle | None = None
        # Verified against where there is no account: as costly as the real thing.
        self._nobodys = self._context.hash("nobody has this password")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until one more password may be worked at. Raises `Overloaded` where too many
        wait already."""
        if self._waiting >= MAX_WAITING:
            raise Overloaded
        self._waiting += 1
        if self._giving_back is not None:
            self._giving_back.cancel()
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                loop = asyncio.get_running_loop()
                self._giving_back = loop.call_later(QUIET_SECONDS, self._give_back)

    async def hash(self, password: str) -> str:
        """The hash to keep of a canonical password."""
        async with self.turn():
            return await self._run(lambda: str(self._context.hash(password)))

    async def verify(self, password: str, hash_: str | None) -> bool:
        """Whether the password is the one of this hash. Without a hash: False, after
        the same time. To be called within a `turn`."""
        canonical = canonical_password(password)
        matches = await self._run(lambda: bool(self._context.verify(canonical, hash_ or self._nobodys)))
        return matches and hash_ is not None

    def is_outdated(self, hash_: str) -> bool:
        """Whether the hash was made with other parameters than are now in force."""
        return bool(self._context.needs_update(hash_))

    @property
    def waiting(self) -> int:
        """How many passwords are hashed now, or wait for it."""
        return self._waiting

    def close(self) -> None:
        if self._giving_back is not None:
            self._giving_back.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _give_back(self) -> None:
        self._giving_back = None
        self._threads.submit(memory.give_back)


def _context(memory_kib: int, rounds: int) -> Any:
    # passlib has no types.
    return CryptContext(  # type: ignore[no-untyped-call]
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=memory_kib,
        argon2__rounds=rounds,
        argon2__parallelism=1,
    )
