"""What makes a synchronous object of an asynchronous one, whichever it is.

The asynchronous object lives in an event loop of its own, in a thread; whoever calls waits for the answer.
Listeners are called in a second thread, one after the other, so that they may call the client again.
"""

import asyncio
import functools
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

from anyio.from_thread import start_blocking_portal

from .backlog import Backlog
from .errors import BackpackError, own_error
from .listeners import check

_log = logging.getLogger("backpack_sdk")
_END = object()


class Portal:
    """The two threads of one client."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._loop = self._stack.enter_context(start_blocking_portal(name="backpack-sdk"))
        self._soon = self._loop.call(asyncio.get_running_loop).call_soon_threadsafe
        self._listeners = ThreadPoolExecutor(1, thread_name_prefix="backpack-listeners")
        self.backlog: Backlog | None = None
        """The client's, once it is made."""

    def run(self, function: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """What a function gives that is called in the loop, waited for where it is a coroutine's.

        When the caller is interrupted, the call is cancelled.
        """

        async def inside() -> Any:
            value = function(*given, **options)
            return await value if inspect.iscoroutine(value) else value

        try:
            future = self._loop.start_task_soon(inside)
        except RuntimeError as error:
            raise own_error("closed", "The client was closed.") from error
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def listener(self, function: Callable[..., Any]) -> Callable[..., None]:
        """An application's function, for the loop to call: it runs in the thread of listeners.

        Of those that wait there are few more than `backlog.MOST`.
        """
        check(function)

        def call(given: tuple[Any, ...]) -> None:
            try:
                function(*given)
            except Exception:  # noqa: BLE001  anything, as it isn't ours
                _log.exception("A listener of backpack_sdk has failed.")
            if self.backlog:
                with suppress(RuntimeError):  # the client was closed
                    self._soon(self.backlog.shrank)

        def tell(*given: Any) -> None:
            if self.backlog:
                self.backlog.grew()
            self._listeners.submit(call, given)

        return tell

    def close(self) -> None:
        """End both threads. What listeners have still to hear they hear."""
        self._stack.close()
        self._listeners.shutdown(wait=False)


class Face:
    """A synchronous object before an asynchronous one."""

    def __init__(self, inner: Any, portal: Portal) -> None:
        self._inner = inner
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        inner = self._inner
        if inspect.isawaitable(inner):  # a list is asked for when something of its page is wanted
            inner = self._portal.run(_result, inner)
        return self._seen(getattr(inner, name))

    def _heard(self, given: Any) -> Any:
        """What the loop is given in place of something of a caller."""
        listens = callable(given) and not isinstance(given, type)
        return self._portal.listener(given) if listens else given

    def _seen(self, value: Any) -> Any:
        """What a caller is given in place of something of the loop."""
        face = _faces.get(type(value))
        if face:
            return face(value, self._portal)
        if inspect.isroutine(value):
            return functools.partial(self._portal.run, value)
        return value


_faces: dict[Any, type[Face]] = {}


def face(inner: type) -> type[Face]:
    """The synchronous class for an asynchronous one: its public methods and properties.

    `async for` becomes `for`, `async with` becomes `with`.
    """
    members: dict[str, Any] = {"__doc__": inner.__doc__, "__module__": "backpack_sdk.sync"}
    for name in dir(inner):
        member = inspect.getattr_static(inner, name)
        if name.startswith("_"):
            members |= _DUNDERS.get(name, {})
        elif isinstance(member, property):
            members[name] = _property(name, member)
        elif inspect.isfunction(member):
            members[name] = _method(member)
    made = _faces[inner] = type(inner.__name__, (Face,), members)
    return made


def _method(member: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(member)
    def method(self: Face, *given: Any, **options: Any) -> Any:
        heard = [self._heard(one) for one in given]
        options = {name: self._heard(one) for name, one in options.items()}
        return self._seen(self._portal.run(member, self._inner, *heard, **options))

    return method


def _property(name: str, member: property) -> property:
    def get(self: Face) -> Any:
        return self._seen(self._portal.run(getattr, self._inner, name))

    return property(get, doc=member.__doc__)


def _iter(self: Face) -> Iterator[Any]:
    items = self._inner.__aiter__()

    async def next_one() -> Any:
        return await anext(items, _END)

    try:
        while (item := self._portal.run(next_one)) is not _END:
            yield item
    finally:
        with suppress(BackpackError):  # the client was closed before
            self._portal.run(items.aclose)


def _enter(self: Face) -> Face:
    self._portal.run(self._inner.__aenter__)
    return self


def _exit(self: Face, *error: Any) -> None:
    self._portal.run(self._inner.__aexit__, *error)


_DUNDERS: dict[str, dict[str, Any]] = {
    "__aiter__": {"__iter__": _iter},
    "__aenter__": {"__enter__": _enter},
    "__aexit__": {"__exit__": _exit},
}


async def _result(awaited: Awaitable[Any]) -> Any:
    return await awaited
