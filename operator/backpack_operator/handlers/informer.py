"""kopf as the informer, and nothing else: it lists, watches and connects again; it
stores nothing in objects, posts no Events, and takes no decision."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

import kopf

from backpack_contract import resources as names
from backpack_operator.kube.connection import log_in
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import BACKPACK, WATCHED, Kind
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.queue import WorkQueue
from backpack_operator.reconcile.resync import SELECTOR, Resync


class Informer:
    """Takes events into memory, and puts the Backpacks that they concern in the queue."""

    def __init__(
        self, backpacks: Backpacks, children: Children, queue: WorkQueue[Key], resync: Resync
    ) -> None:
        self._backpacks, self._children, self._queue, self._resync = backpacks, children, queue, resync
        self._last_event = time.monotonic()

    @property
    def quiet_seconds(self) -> float:
        """How long ago the last event came."""
        return time.monotonic() - self._last_event

    async def run(self, namespaces: tuple[str, ...], stop: asyncio.Event, ready: asyncio.Event) -> None:
        """Until `stop`, or an error that kopf can't mend; `ready` once it has begun.
        `namespaces` empty: the whole cluster."""
        await kopf.operator(
            registry=self._registry(),
            settings=_settings(namespaced=bool(namespaces)),
            standalone=True,
            clusterwide=not namespaces,
            namespaces=namespaces,
            stop_flag=stop,
            ready_flag=ready,
        )

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()
        kopf.on.login(registry=registry)(_log_in)
        kopf.on.event(names.GROUP, names.VERSION, names.PLURAL, registry=registry)(self._on_backpack)
        for kind in WATCHED:
            handler = self._on_child(kind)
            kopf.on.event(kind.group, kind.version, kind.plural, registry=registry)(handler)
        return registry

    async def _on_backpack(self, event: Mapping[str, Any], **_: Any) -> None:
        body = {**event["object"], "apiVersion": BACKPACK.api_version, "kind": BACKPACK.kind}
        gone = self._heard(event)
        key = self._backpacks.gone(body) if gone else self._backpacks.seen(body)
        if key is not None:
            self._queue.add(key)

    def _on_child(self, kind: Kind) -> Any:
        async def on_child(event: Mapping[str, Any], **_: Any) -> None:
            body = {**event["object"], "apiVersion": kind.api_version, "kind": kind.kind}
            gone = self._heard(event)
            key = self._children.gone(body) if gone else self._children.seen(body)
            if key is not None:
                # Something that serves is missing: others are only to be changed.
                self._queue.add(key, urgent=gone and self._is_wanted(key))

        return on_child

    def _is_wanted(self, key: Key) -> bool:
        backpack = self._backpacks.get(key)
        return backpack is not None and not backpack.deleting

    def _heard(self, event: Mapping[str, Any]) -> bool:
        """Whether the object of the event is gone."""
        self._last_event = time.monotonic()
        if event["type"] is None:
            self._resync.suspect()
        return bool(event["type"] == "DELETED")


class _Patience:
    """Seconds between attempts, for ever: kopf ends the program when they have run out, and
    an API server that is away, or rights that were taken away, come back some day."""

    def __iter__(self) -> Iterator[float]:
        return chain((1.0, 2.0, 3.0, 5.0), repeat(8.0))


async def _log_in(settings: kopf.OperatorSettings, **_: Any) -> kopf.ConnectionInfo | None:
    return log_in(settings)


class _NoDiffs(kopf.DiffBaseStorage):
    """Nothing is compared with what it was: kopf would copy every object to do so."""

    def build(self, **_: Any) -> kopf.BodyEssence:
        return kopf.BodyEssence({})

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        """Not in anybody's annotations."""


def _settings(*, namespaced: bool) -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    # Namespaces and definitions are only watched where the rights are cluster-wide.
    settings.scanning.disabled = namespaced
    settings.persistence.diffbase_storage = _NoDiffs()
    # Each object has a task, and its last event is kept, for as long.
    settings.queueing.idle_timeout = 0.1
    # In pages, so that a fleet is not in memory as a whole when it is first listed.
    settings.watching.chunk_size = 200
    settings.networking.request_timeout = 60.0
    settings.networking.error_backoffs = _Patience()
    settings.process.ultimate_exiting_timeout = None
    for kind in WATCHED:
        settings.watching.label_selectors[kind.group, kind.version, kind.plural] = SELECTOR
    return settings
