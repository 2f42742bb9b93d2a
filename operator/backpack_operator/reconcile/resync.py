"""What the informer can't tell: that everything has been listed, that something
disappeared while a watch was broken (kopf lists anew then, and keeps no list to
compare with), and that a watch tells nothing any more. Only metadata is read for it."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from backpack_contract import resources as names
from backpack_operator.errors import OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import BACKPACK, WATCHED, Kind, ObjectKey
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.hostnames import Hostnames
from backpack_operator.reconcile.signing import Signing

logger = logging.getLogger(__name__)

SELECTOR = f"{names.LABEL_MANAGED_BY}={names.MANAGED_BY}"
"""The children that the informer is told of."""

_POLL = 0.1
_AGAIN = 5.0
_SPREAD = 0.1
"""The part of a period over which the Backpacks of a full resync are spread."""
_PATIENCE = 60.0
"""Seconds within which the informer should have told of what a list has."""


class Memory(NamedTuple):
    """What is remembered of the cluster."""

    backpacks: Backpacks
    children: Children
    hostnames: Hostnames
    signing: Signing


class Resync:
    """`add_after(key, seconds)` has a Backpack reconciled."""

    def __init__(
        self,
        client: KubeClient,
        memory: Memory,
        namespaces: tuple[str, ...],
        add_after: Callable[[Key, float], None],
    ) -> None:
        self._client, self._memory, self._add_after = client, memory, add_after
        self._namespaces: tuple[str | None, ...] = namespaces or (None,)
        self._suspicion = asyncio.Event()
        self._listed_at = time.monotonic()
        self._untold: dict[ObjectKey, tuple[int, float]] = {}
        """What a list had and the informer has not told of: its version, and since when."""

    @property
    def stalled(self) -> str | None:
        """That the informer has not told of something for too long, as a sentence, or None.
        Only a restart mends it: kopf itself connects anew to a watch that is silent."""
        for key, (version, since) in self._untold.items():
            if self._listed_at - since >= _PATIENCE and self._version(key) < version:
                return f"the watch of {key.kind.plural} has not told of {key.namespace}/{key.name}"
        return None

    @property
    def age_seconds(self) -> float:
        """How long ago everything was listed."""
        return time.monotonic() - self._listed_at

    def suspect(self) -> None:
        """The informer has listed anew: what is missing there was deleted unseen."""
        self._suspicion.set()

    async def first(self) -> None:
        """Return once the claims are read and the informer has told of everything there is."""
        while True:
            try:
                await self._memory.signing.load()
                await self._memory.hostnames.load()
                there = await self._there()
            except OperatorError as error:
                logger.warning("the start is put off: %s", error)
                await asyncio.sleep(_AGAIN)
                continue
            if await self._told_of(there):
                # Once more, and claims of what went while nobody looked are freed.
                self._suspicion.set()
                return

    async def _told_of(self, there: Iterable[ObjectKey]) -> bool:
        """Return once the informer has told of all these: True; False where it comes no further
        with them, as some may be gone. Every one is looked at a few times, however long the
        list and the wait: a fleet has tens of thousands."""
        missing = list(there)
        before = len(missing) + 1
        while len(missing) < before:
            before = len(missing)
            for _ in range(int(_AGAIN / _POLL)):
                while missing and self._known(missing[-1]):
                    missing.pop()
                if not missing:
                    return True
                await asyncio.sleep(_POLL)
            missing = [key for key in missing if not self._known(key)]
            logger.info("waiting for the informer to tell of %d objects", len(missing))
        return False

    async def run(self, seconds: float) -> None:
        """For ever: a full resync each period (jittered), a sweep when one is suspected. What
        fails is tried again soon, and is as full as it was to be."""
        full = False
        while True:
            looking_again = bool(self._untold)
            # Not a secret.
            period = _PATIENCE if looking_again else seconds * (0.9 + 0.2 * random.random())  # noqa: S311
            try:
                async with asyncio.timeout(period):
                    await self._suspicion.wait()
                    await asyncio.sleep(1.0)
            except TimeoutError:
                full = full or not looking_again
            self._suspicion.clear()
            try:
                await self.sweep()
            except OperatorError as error:
                logger.warning("the resync is put off: %s", error)
                await asyncio.sleep(_AGAIN)
                self._suspicion.set()
                continue
            if full:
                full = False
                for key in self._memory.backpacks:
                    self._add_after(key, random.random() * seconds * _SPREAD)  # noqa: S311

    async def sweep(self) -> None:
        """Forget what is gone, have its Backpacks reconciled, and free stale claims."""
        before = set(self._memory.backpacks)
        there = await self._listed(BACKPACK, None)
        for key in before:
            if ObjectKey(BACKPACK, key.namespace, key.name) not in there:
                self._memory.backpacks.forget(key)
                self._add_after(key, 0)
        for kind in WATCHED:
            remembered = set(self._memory.children.keys(kind))
            listed = await self._listed(kind, SELECTOR)
            there |= listed
            for gone in remembered - listed.keys():
                if (owner := self._memory.children.forget(gone)) is not None:
                    self._add_after(owner, 0)
        await self._memory.signing.load()
        await self._memory.hostnames.load()
        await self._memory.hostnames.sweep(self._memory.backpacks.has)
        self._listed_at = time.monotonic()
        self._compare(there)

    def _compare(self, there: Mapping[ObjectKey, int]) -> None:
        """Note what the informer is behind with. What has changed again since it was noted is
        judged by the version that was noted: there is always something newer of what is busy."""
        before = self._untold
        self._untold = {}
        for key, listed in there.items():
            version, since = before.get(key, (listed, self._listed_at))
            if self._version(key) < version:
                self._untold[key] = version, since
            elif self._version(key) < listed:
                self._untold[key] = listed, self._listed_at

    async def _there(self) -> set[ObjectKey]:
        keys = set(await self._listed(BACKPACK, None))
        for kind in WATCHED:
            keys |= (await self._listed(kind, SELECTOR)).keys()
        return keys

    async def _listed(self, kind: Kind, selector: str | None) -> dict[ObjectKey, int]:
        """The resource version of each object."""
        return {
            ObjectKey(kind, metadata["namespace"], metadata["name"]): int(metadata["resourceVersion"])
            for namespace in self._namespaces
            async for metadata in self._client.metadata(kind, namespace, selector)
        }

    def _known(self, key: ObjectKey) -> bool:
        return self._version(key) >= 0

    def _version(self, key: ObjectKey) -> int:
        """The resource version up to which an object is known here, -1 where it isn't."""
        if key.kind == BACKPACK:
            return self._memory.backpacks.version(Key(key.namespace, key.name))
        child = self._memory.children.get(key)
        return child.resource_version if child is not None else -1
