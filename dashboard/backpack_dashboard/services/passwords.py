"""Hashing and verifying passwords with argon2id, as the core API does: off the event loop,
two at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from passlib.context import CryptContext

from backpack_dashboard.domain.passwords import canonical_password
from backpack_dashboard.errors import Unavailable

AT_ONCE = 2
MAX_WAITING = 32

R = TypeVar("R")


class PasswordService:
    """argon2id with these parameters; verifies hashes that were made with others."""

    def __init__(self, *, memory_kib: int, rounds: int) -> None:
        self._context = _context(memory_kib, rounds)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        # Verified against where there is no account: as costly as the real thing.
        self._nobodys = self._context.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to keep of a canonical password."""
        return await self._run(lambda: str(self._context.hash(password)))

    async def verify(self, password: str, hash_: str | None) -> bool:
        """Whether the password is the one of this hash. Without a hash: False, after the
        same time."""
        canonical = canonical_password(password)
        matches = await self._run(lambda: bool(self._context.verify(canonical, hash_ or self._nobodys)))
        return matches and hash_ is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], R]) -> R:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("Too many people are signing in at this moment. Try again in a few seconds.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _context(memory_kib: int, rounds: int) -> Any:
    # passlib has no types.
    return CryptContext(  # type: ignore[no-untyped-call]
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=memory_kib,
        argon2__rounds=rounds,
        argon2__parallelism=1,
    )
