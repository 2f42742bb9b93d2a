"""What goes on for a while for a program: only for as long as it may have it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Literal, TypeVar

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import NotFound, SignInNeeded
from backpack_dashboard.routes.endings import until
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.news import PING_SECONDS, Ping
from backpack_dashboard.services.tokens import Caller

T = TypeVar("T")
Ended = Literal["done", "gone", "signedOut"]


async def while_theirs(
    parts: Runtime, caller: Caller, backpack: Backpack, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The same chunks. Raises `SignInNeeded` once the token counts no longer, and `NotFound`
    once the backpack isn't the admin's any more."""
    with parts.tokens.ending(caller) as ended:

        def check() -> None:
            if ended.is_set():
                raise SignInNeeded("The token counts no longer. What was under way has ended.")
            parts.access.backpack(caller.admin, *backpack.key)

        async with aclosing(until(ended, check, chunks)) as allowed:
            async for chunk in allowed:
                yield chunk


async def items_while_theirs(
    parts: Runtime, caller: Caller, items: AsyncGenerator[T]
) -> AsyncGenerator[T | Ping | Ended]:
    """The same items, a `Ping` where none comes for a while, and at the end why it is: there are
    no more, the backpack is gone (`NotFound`), or the token counts no longer."""
    with parts.tokens.ending(caller) as ended:
        async with aclosing(items):
            ending = asyncio.create_task(ended.wait())
            coming: asyncio.Task[T] | None = None
            try:
                while True:
                    coming = coming or asyncio.create_task(_next(items))
                    await asyncio.wait(
                        {coming, ending}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                    if ended.is_set():
                        yield "signedOut"
                        return
                    if not coming.done():
                        yield Ping()
                        continue
                    yield coming.result()
                    coming = None
            except StopAsyncIteration:
                yield "done"
            except NotFound:
                yield "gone"
            finally:
                tasks = [task for task in (coming, ending) if task is not None]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _next(items: AsyncGenerator[T]) -> T:
    return await anext(items)
