"""Doing once what is asked for twice: a request with a key is carried out by the first
that comes, and its outcome is the answer to all others for a day.

A process that dies in the middle holds the key for some seconds more; then the next
try carries it out, so what it does must be safe to do again.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from backpack_api.domain.idempotency import RetryKey
from backpack_api.domain.json_text import JsonObject
from backpack_api.problems import Conflict, Fault, InvalidValue, StoreUnavailable
from backpack_api.services.background import end
from backpack_api.stores.retries import RetryStore

KEPT_SECONDS = 24 * 3600
HOLD_MS = 6000
"""For how long a key stays taken by a process that died."""
RENEW_SECONDS = 2.0
WAIT_SECONDS = 10.0
POLL_SECONDS = 0.05


class IdempotencyService:
    """Requests by the key of their retries."""

    def __init__(self, store: RetryStore) -> None:
        self._store = store

    async def once(
        self, key: RetryKey, print_: str, action: Callable[[], Awaitable[JsonObject]]
    ) -> tuple[JsonObject, bool]:
        """The outcome of the action, a small JSON object, and whether it was carried out by
        an earlier request. An action that raises leaves the key free.

        Raises `InvalidValue` for a key that came with another request, and `Conflict` where
        that one is still under way."""
        holder = secrets.token_hex(8)
        outcome = await self._take(key, print_, holder)
        if outcome is not None:
            return outcome, True
        async with self._held(key, holder):
            outcome = await action()
            await self._store.settle(key.digest, print_, outcome, seconds=KEPT_SECONDS)
        return outcome, False

    async def _take(self, key: RetryKey, print_: str, holder: str) -> JsonObject | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        while True:
            record = await self._store.take(key.digest, print_, holder, milliseconds=HOLD_MS)
            if record is None:
                return None
            if record.print != print_:
                message = "was used for another request; take a new key for each"
                raise InvalidValue(
                    f"The idempotency key {message}.", errors=[Fault("Idempotency-Key", message)]
                )
            if record.outcome is not None:
                return record.outcome
            if loop.time() > deadline:
                raise Conflict("The first request with this key is still under way.", retry_after=1)
            await asyncio.sleep(POLL_SECONDS)

    @contextlib.asynccontextmanager
    async def _held(self, key: RetryKey, holder: str) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(key, holder))
        settled = False
        try:
            yield
            settled = True
        finally:
            await end(renewing)
            if not settled:
                with contextlib.suppress(StoreUnavailable):
                    await asyncio.shield(self._store.release(key.digest, holder))

    async def _renew(self, key: RetryKey, holder: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with contextlib.suppress(StoreUnavailable):
                await self._store.renew(key.digest, holder, milliseconds=HOLD_MS)
