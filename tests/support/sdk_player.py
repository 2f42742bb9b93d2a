"""Plays the cases of `sdk/cases` with the Python SDK: with its asynchronous face, and with its synchronous
one.

Its twin in JavaScript is `sdk/js/test/runner.ts`.
"""

import asyncio
import inspect
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import patch

import backpack_sdk
import backpack_sdk.sync
from backpack_sdk import BackpackError, Page, RealtimeOptions
from support.sdk_values import ABSENT, Variables, difference, resolve, show, snake
from support.sdk_world import World

Step = dict[str, Any]

WITHIN = 20.0
"""Seconds."""
_MILLISECONDS = ("timeout", "heartbeat", "backoff")
"""Options that cases give in milliseconds, and Python takes in seconds."""


class Face(ABC):
    """How a client is made, and how its calls are waited for."""

    listing: type
    """What lists are."""

    @abstractmethod
    async def client(self, url: str, options: dict[str, Any]) -> Any: ...

    @abstractmethod
    async def call(self, method: Callable[..., Any], given: list[Any], options: dict[str, Any]) -> Any: ...

    @abstractmethod
    async def page(self, listing: Any) -> Any:
        """The first page of a list."""

    @abstractmethod
    async def every(self, listing: Any) -> list[Any]:
        """All that a list gives."""

    @abstractmethod
    async def content(self, content: Any) -> bytes:
        """What a stream gives."""


class AsyncFace(Face):
    """`backpack_sdk`."""

    listing = backpack_sdk.Listing

    async def client(self, url: str, options: dict[str, Any]) -> Any:
        return backpack_sdk.create_client(url, **options)

    async def call(self, method: Callable[..., Any], given: list[Any], options: dict[str, Any]) -> Any:
        value = method(*given, **options)
        return await value if inspect.iscoroutine(value) else value

    async def page(self, listing: Any) -> Any:
        return await listing

    async def every(self, listing: Any) -> list[Any]:
        return [one async for one in listing]

    async def content(self, content: Any) -> bytes:
        async with content:
            return b"".join([piece async for piece in content])


class SyncFace(Face):
    """`backpack_sdk.sync`: each call in a thread, as it blocks."""

    listing = backpack_sdk.sync.Listing

    async def client(self, url: str, options: dict[str, Any]) -> Any:
        return await asyncio.to_thread(backpack_sdk.sync.create_client, url, **options)

    async def call(self, method: Callable[..., Any], given: list[Any], options: dict[str, Any]) -> Any:
        return await asyncio.to_thread(method, *given, **options)

    async def page(self, listing: Any) -> Any:
        return await asyncio.to_thread(lambda: Page(listing.items, listing.next_cursor, listing.total))

    async def every(self, listing: Any) -> list[Any]:
        return await asyncio.to_thread(list, listing)

    async def content(self, content: Any) -> bytes:
        def read() -> bytes:
            with content:
                return b"".join(content)

        return await asyncio.to_thread(read)


@dataclass
class Failed:
    """A call that gave an error."""

    error: BaseException


class Player:
    """One case, as it is played."""

    def __init__(self, face: Face, world: World) -> None:
        self._face = face
        self._world = world
        self._variables: Variables = world.variables
        self._clients: dict[str, Any] = {}
        self._heard: dict[str, deque[Any]] = {}
        self._stops: dict[str, Callable[[], Any]] = {}
        self._pending: dict[str, asyncio.Task[Any]] = {}

    async def play(self, steps: list[Step]) -> None:
        """Raises AssertionError with the step that went wrong."""
        clock = self._world.clock / 1000
        try:
            with patch("backpack_sdk.transport.wall_clock", lambda: time.time() + clock):
                await self._begin()
                for at, step in enumerate(steps):
                    await self._try(at, step)
        finally:
            for client in self._clients.values():
                await self._face.call(client.close, [], {})

    async def _begin(self) -> None:
        for name, spec in self._world.clients.items():
            client = await self._face.client(spec["url"], _options(spec["options"]))
            self._clients[name] = client
            if account := spec["account"]:
                await self._face.call(client.auth.login, [account["email"], account["password"]], {})

    async def _try(self, at: int, step: Step) -> None:
        try:
            await self._step(step)
        except Exception as error:
            error.add_note(f"step {at + 1}, {show(step)}")
            raise

    async def _step(self, step: Step) -> None:
        match step:
            case {"world": str(action), **parameters}:
                await self._act(action, parameters)
            case {"events": str(name)}:
                await self._events(name, step)
            case {"quiet": str(name)}:
                assert not self._heard[name], show(list(self._heard[name]))
            case {"stop": str(name)}:
                await self._face.call(self._stops[name], [], {})
            case {"abort": str(name)}:
                self._pending[name].cancel()
            case {"finish": str(name)}:
                self._judge(step, await self._pending[name])
            case {"start": str(name)}:
                self._pending[name] = asyncio.create_task(self._outcome(step))
                await asyncio.sleep(0)  # what is started first is sent first
            case {"until": wanted}:
                await self._until(step, wanted)
            case _:
                self._judge(step, await self._outcome(step))

    async def _outcome(self, step: Step) -> Any:
        """What a call gave; of an error, `Failed`."""
        try:
            return await self._call(step)
        except asyncio.CancelledError:
            # A cancelled task raises Python's own error: the cases' word for it is this one.
            return Failed(BackpackError(0, "backpack:aborted", "The call was aborted."))
        except BackpackError as error:
            return Failed(error)

    async def _call(self, step: Step) -> Any:
        name, service, method = step["do"].split(".")
        target = getattr(self._clients[name], service)
        if "in" in step:
            find = target.collection if service == "db" else target.channel
            target = await self._face.call(find, [resolve(step["in"], self._variables)], {})
        if not callable(getattr(type(target), snake(method), None)):
            return await self._face.call(getattr, [target, snake(method)], {})
        given = [resolve(one, self._variables) for one in step.get("args", [])]
        if "listen" in step:
            given.append(self._listener(step["listen"]))
        options = {
            snake(key): _range(one) if key == "range" else one
            for key, one in resolve(step.get("options", {}), self._variables).items()
        }
        if "progress" in step:
            options["on_progress"] = self._listener(step["progress"])
        value = await self._face.call(getattr(target, snake(method)), given, options)
        if step.get("each"):
            return await self._face.every(value)
        if isinstance(value, self._face.listing):
            return await self._face.page(value)
        if method == "open" and service == "storage":
            value = await self._face.content(value)
        if "listen" in step:
            self._stops[step["listen"]] = value
        return value.decode() if isinstance(value, bytes) else value

    def _listener(self, name: str) -> Callable[..., None]:
        heard = self._heard[name] = deque()

        def listen(*given: Any) -> None:
            heard.append(given[0] if given else ABSENT)

        return listen

    def _judge(self, step: Step, outcome: Any) -> None:
        if "fails" in step:
            assert isinstance(outcome, Failed), f"gave {show(outcome)}, and should fail"
            self._match(step["fails"], outcome.error)
        elif isinstance(outcome, Failed):
            raise outcome.error
        elif "gives" in step:
            self._match(step["gives"], outcome)
        elif "has" in step:
            found = [difference(step["has"], one, dict(self._variables)) for one in outcome]
            assert None in found, show(outcome)

    async def _until(self, step: Step, wanted: Any) -> None:
        deadline = time.monotonic() + WITHIN
        while True:
            outcome = await self._outcome(step)
            found = outcome.error if isinstance(outcome, Failed) else outcome
            wrong = difference(wanted, found, self._variables)
            if wrong is None:
                return
            assert time.monotonic() < deadline, wrong
            await asyncio.sleep(0.01)

    async def _events(self, name: str, step: Step) -> None:
        deadline = time.monotonic() + WITHIN

        async def next_one() -> Any:
            while not self._heard[name]:
                assert time.monotonic() < deadline, "no such call has come"
                await asyncio.sleep(0.01)
            return self._heard[name].popleft()

        if "until" in step:
            ends = step["until"] if isinstance(step["until"], list) else [step["until"]]
            while not self._is_any(ends, await next_one()):
                pass
            return
        for wanted in step["are"]:
            self._match(wanted, await next_one())

    async def _act(self, action: str, parameters: Step) -> None:
        wanted = parameters.pop("gives", ABSENT)
        given = resolve(parameters, self._variables)
        found = await asyncio.to_thread(self._world.act, action, given)
        if wanted is not ABSENT:
            self._match(wanted, found)

    def _is_any(self, wanted: list[Any], found: Any) -> bool:
        return any(difference(one, found, self._variables) is None for one in wanted)

    def _match(self, wanted: Any, found: Any) -> None:
        wrong = difference(wanted, found, self._variables)
        assert wrong is None, f"{wrong}; it is {show(found)}"


def _range(given: list[int]) -> tuple[int, ...]:
    return tuple(given)


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """A client's options, as Python writes them."""
    options = {snake(name): _seconds(name, one) for name, one in given.items()}
    if "realtime" in given:
        realtime = {name: _seconds(name, one) for name, one in given["realtime"].items()}
        options["realtime"] = RealtimeOptions(**cast(dict[str, Any], realtime))
    return options


def _seconds(name: str, value: Any) -> Any:
    if name not in _MILLISECONDS:
        return value
    return tuple(one / 1000 for one in value) if isinstance(value, list) else value / 1000
