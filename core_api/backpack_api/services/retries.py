"""Trying again where another writer was quicker."""

import asyncio
import random
from collections.abc import AsyncIterator

from backpack_api.problems import Overloaded

FOR_SECONDS = 5.0
LONGEST_PAUSE = 0.05


async def attempts() -> AsyncIterator[int]:
    """Numbers of attempts, with growing random pauses between them, so that writers
    of one document come one after the other. Raises `Overloaded` after a while."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FOR_SECONDS
    number = 0
    while True:
        yield number
        if loop.time() > deadline:
            raise Overloaded
        await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.001 * 2**number)))  # noqa: S311
        number += 1
