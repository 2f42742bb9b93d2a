"""Ending tasks that go on beside the requests."""

import asyncio

AGAIN_SECONDS = 0.1


async def end(*tasks: "asyncio.Task[None] | None") -> None:
    """Cancel the tasks and return once they have ended. Asked for once is not enough: in
    Python 3.11 `asyncio.wait_for`, which the drivers of both stores use, can lose a
    cancellation, and a task that loops would then go on for ever."""
    pending = {task for task in tasks if task is not None}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
