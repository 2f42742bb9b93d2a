"""Sending the commands of concurrent callers to Redis together.

A command costs little and a round trip much, in the client most of all. As with
`group_commit`, the first caller doesn't wait for others: what comes while a round trip
is under way shares the next one.
"""

import asyncio
from typing import Any

from redis.asyncio import Redis

MAX_BATCH = 256

_Waiting = tuple[tuple[Any, ...], "asyncio.Future[Any]"]


class RoundTrips:
    """Commands, each with its own answer or error; those that share a trip are executed
    in the order in which they came, but not as a transaction."""

    def __init__(self, client: Redis) -> None:
        # It has no types for commands that it is given as words.
        self._client: Any = client
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def execute(self, *command: Any) -> Any:
        """The answer to a command as Redis gives it. Raises what the client raises."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            commands = [command for command, _ in batch]
            told = (await asyncio.gather(self._send(commands), return_exceptions=True))[0]
            results = [told] * len(batch) if isinstance(told, BaseException) else told
            for (_, answer), result in zip(batch, results, strict=True):
                # A caller may have gone meanwhile.
                if answer.done():
                    continue
                if isinstance(result, BaseException):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)
        self._task = None

    async def _send(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        if len(commands) == 1:
            return [await self._client.execute_command(*commands[0])]
        async with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return list(await pipe.execute(raise_on_error=False))
