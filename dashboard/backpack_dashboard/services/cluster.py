"""The dashboard's picture of the cluster: Backpacks, BackpackAdmins and Events, by one watch
of each, however many pages are open."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backpack_contract.resources import KIND
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack, Key
from backpack_dashboard.domain.happenings import Happening
from backpack_dashboard.errors import ClusterUnavailable
from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.kinds import ADMIN, BACKPACK, EVENT
from backpack_dashboard.kube.watch import Watcher
from backpack_dashboard.stores.happenings import Happenings
from backpack_dashboard.stores.picture import Picture, Subscribers, Subscription

SEEN_WITHIN = 10.0
"""Seconds in which what was written comes back by the watch, or else something is wrong."""


class Cluster:
    """Reads only what the watches have brought; asks nothing."""

    def __init__(self, client: KubeClient, namespace: str, watched: tuple[str, ...]) -> None:
        self._namespace = namespace
        self._subscribers = Subscribers()
        self._backpacks: Picture[Backpack] = Picture(Backpack.parse, self._subscribers)
        self._admins: Picture[Admin] = Picture(Admin.parse, self._subscribers)
        self._happenings = Happenings(self._subscribers)
        places: tuple[str | None, ...] = watched or (None,)
        self._watchers = [Watcher(client, ADMIN, namespace, self._admins, changed=self._wake_all)]
        for place in places:
            self._watchers.append(Watcher(client, BACKPACK, place, self._backpacks, changed=self._wake_all))
            about = f"involvedObject.kind={KIND}"
            self._watchers.append(
                Watcher(client, EVENT, place, self._happenings, changed=self._wake_all, fieldSelector=about)
            )
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(watcher.run()) for watcher in self._watchers]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def synced(self) -> bool:
        """Whether everything was seen once: before that nothing is there."""
        return all(watcher.synced.is_set() for watcher in self._watchers)

    @property
    def fresh(self) -> bool:
        """Whether the picture follows the cluster at this moment."""
        return all(watcher.fresh for watcher in self._watchers)

    @property
    def alive(self) -> bool:
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        with self._subscribers.subscribe() as subscription:
            yield subscription

    def backpacks(self) -> list[Backpack]:
        return self._backpacks.values()

    def backpack(self, key: Key) -> Backpack | None:
        return self._backpacks.get(key)

    def admins(self) -> list[Admin]:
        """By name."""
        return sorted(self._admins.values(), key=lambda admin: admin.name)

    def admin(self, name: str) -> Admin | None:
        return self._admins.get((self._namespace, name))

    def admin_by_email(self, email: str) -> Admin | None:
        """The one who has this address: of two, the older."""
        found = [admin for admin in self._admins.values() if admin.email == email]
        return min(found, key=lambda admin: (admin.created_at, admin.name), default=None)

    def happenings(self, backpack: Backpack) -> list[Happening]:
        """The Events about it, the newest first."""
        return self._happenings.of(backpack.uid)

    async def wait_admin(self, name: str, uid: str, shows: Callable[[Admin], bool] = lambda _: True) -> Admin:
        """The account with this UID, once it is in the picture and shows what was changed."""
        with self.subscribe() as subscription:
            try:
                async with asyncio.timeout(SEEN_WITHIN):
                    while (found := self.admin(name)) is None or found.uid != uid or not shows(found):
                        await subscription.changed()
                    return found
            except TimeoutError as error:
                raise ClusterUnavailable from error

    async def wait_backpack(self, key: Key, uid: str, generation: int = 0) -> Backpack:
        """The Backpack with this UID, once it is in the picture with at least this generation."""
        with self.subscribe() as subscription:
            try:
                async with asyncio.timeout(SEEN_WITHIN):
                    while True:
                        found = self.backpack(key)
                        if found is not None and found.uid == uid and found.generation >= generation:
                            return found
                        await subscription.changed()
            except TimeoutError as error:
                raise ClusterUnavailable from error

    def _wake_all(self) -> None:
        self._subscribers.wake(set())
