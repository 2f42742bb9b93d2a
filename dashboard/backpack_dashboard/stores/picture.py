"""A picture of the cluster in memory, shared by everything: one watch for each kind, however
many pages are open. Subscribers are woken, and read what has become of it themselves."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, str]


class Subscription:
    """Wakes one reader; what changes meanwhile is remembered once for each key."""

    def __init__(self) -> None:
        self._changed: set[Key] = set()
        self._woken = asyncio.Event()

    def wake(self, keys: set[Key]) -> None:
        self._changed |= keys
        self._woken.set()

    async def changed(self) -> set[Key]:
        """Wait for the next changes; may be empty where only freshness has changed."""
        await self._woken.wait()
        self._woken.clear()
        keys, self._changed = self._changed, set()
        return keys


class Subscribers:
    """Who is to be woken. Several pictures may share one."""

    def __init__(self) -> None:
        self._all: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._all)

    def wake(self, keys: set[Key]) -> None:
        for one in self._all:
            one.wake(keys)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        one = Subscription()
        self._all.add(one)
        try:
            yield one
        finally:
            self._all.discard(one)


class Picture(Generic[T]):
    """All objects of one kind, parsed, by namespace and name."""

    def __init__(self, parse: Callable[[Mapping[str, Any]], T], subscribers: Subscribers) -> None:
        self._parse, self._subscribers = parse, subscribers
        self._objects: dict[Key, T] = {}

    def get(self, key: Key) -> T | None:
        return self._objects.get(key)

    def values(self) -> list[T]:
        return list(self._objects.values())

    def replace_all(self, bodies: list[dict[str, Any]], namespace: str | None) -> None:
        before = {key for key in self._objects if namespace in (None, key[0])}
        now = {_key(body): self._parse(body) for body in bodies}
        for key in before - now.keys():
            del self._objects[key]
        self._objects.update(now)
        self._subscribers.wake(before | now.keys())

    def seen(self, body: dict[str, Any]) -> None:
        self._objects[_key(body)] = self._parse(body)
        self._subscribers.wake({_key(body)})

    def gone(self, body: dict[str, Any]) -> None:
        self._objects.pop(_key(body), None)
        self._subscribers.wake({_key(body)})


def _key(body: Mapping[str, Any]) -> Key:
    metadata = body["metadata"]
    return (metadata["namespace"], metadata["name"])
