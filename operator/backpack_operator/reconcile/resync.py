"""What the informer can't tell: that everything has been listed, and that something
disappeared while a watch was broken (kopf lists anew then, and keeps no list to
compare with). Only metadata is read for it."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
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
                missing = await self._there()
            except OperatorError as error:
                logger.warning("the start is put off: %s", error)
                await asyncio.sleep(_AGAIN)
                continue
            for _ in range(int(_AGAIN / _POLL)):
                missing = {key for key in missing if not self._known(key)}
                if not missing:
                    # Once more, and claims of what went while nobody looked are freed.
                    self._suspicion.set()
                    return
                await asyncio.sleep(_POLL)
            logger.info("waiting for the informer to tell of %d objects", len(missing))

    async def run(self, seconds: float) -> None:
        """For ever: a full resync each period (jittered), a sweep when one is suspected."""
        while True:
            period = seconds * (0.9 + 0.2 * random.random())  # noqa: S311  not a secret
            try:
                async with asyncio.timeout(period):
                    await self._suspicion.wait()
                    await asyncio.sleep(1.0)
            except TimeoutError:
                full = True
            else:
                full = False
            self._suspicion.clear()
            try:
                await self.sweep()
            except OperatorError as error:
                logger.warning("the resync is put off: %s", error)
                continue
            if full:
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
            for gone in remembered - await self._listed(kind, SELECTOR):
                if (owner := self._memory.children.forget(gone)) is not None:
                    self._add_after(owner, 0)
        await self._memory.signing.load()
        await self._memory.hostnames.load()
        await self._memory.hostnames.sweep(self._memory.backpacks.has)
        self._listed_at = time.monotonic()

    async def _there(self) -> set[ObjectKey]:
        keys = await self._listed(BACKPACK, None)
        for kind in WATCHED:
            keys |= await self._listed(kind, SELECTOR)
        return keys

    async def _listed(self, kind: Kind, selector: str | None) -> set[ObjectKey]:
        return {
            ObjectKey(kind, metadata["namespace"], metadata["name"])
            for namespace in self._namespaces
            async for metadata in self._client.metadata(kind, namespace, selector)
        }

    def _known(self, key: ObjectKey) -> bool:
        if key.kind == BACKPACK:
            return self._memory.backpacks.get(Key(key.namespace, key.name)) is not None
        return self._memory.children.get(key) is not None
