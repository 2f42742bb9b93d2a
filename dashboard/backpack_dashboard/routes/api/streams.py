"""Bytes that pass through for a program, for as long as it may have them."""

from collections.abc import AsyncIterator

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import SignInNeeded
from backpack_dashboard.runtime import Runtime
from backpack_dashboard.services.tokens import Caller


async def while_theirs(
    parts: Runtime, caller: Caller, backpack: Backpack, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The same chunks. Raises `SignInNeeded` once the token counts no longer, and `NotFound`
    once the backpack isn't the admin's any more."""
    with parts.tokens.ending(caller) as ended:
        async for chunk in chunks:
            if ended.is_set():
                raise SignInNeeded("The token counts no longer. What was under way has ended.")
            parts.access.backpack(caller.admin, *backpack.key)
            yield chunk
