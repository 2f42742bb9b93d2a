"""Bytes that pass through for only as long as somebody may have them: also where none comes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import SignInNeeded
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.sessions import Visitor

LOOK_EVERY = 1.0
"""Seconds between two looks at whether the backpack is still the admin's, where nothing comes."""


async def while_mine(
    parts: Runtime, me: Visitor, backpack: Backpack, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The same chunks, for a page. Raises `SignInNeeded` once the session counts no longer, and
    `NotFound` once the backpack isn't the admin's any more."""
    with parts.sessions.ending(me.session) as ended:

        def check() -> None:
            if ended.is_set():
                raise SignInNeeded("Your session has ended, and what was under way with it. Sign in again.")
            parts.access.backpack(me.admin, *backpack.key)

        async with aclosing(until(ended, check, chunks)) as allowed:
            async for chunk in allowed:
                yield chunk


async def until(
    ended: asyncio.Event, check: Callable[[], object], chunks: AsyncIterator[bytes]
) -> AsyncGenerator[bytes]:
    """The same chunks. Raises what `check` raises: it is called with each chunk, as soon as
    `ended` is set, and from time to time."""
    ending = asyncio.create_task(ended.wait())
    coming: asyncio.Task[bytes] | None = None
    try:
        while True:
            coming = coming or asyncio.create_task(_next(chunks))
            await asyncio.wait({coming, ending}, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
            check()
            if coming.done():
                yield coming.result()
                coming = None
    except StopAsyncIteration:
        return
    finally:
        tasks = [task for task in (coming, ending) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    return await anext(chunks)
