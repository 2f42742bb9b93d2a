"""All Backpacks the informer has told of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backpack_operator.metrics import Summary
from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.reconcile.pause import PAUSED
from backpack_operator.reconcile.verdicts.found import SUSPENDED

_CHOSEN = frozenset({SUSPENDED, PAUSED})
"""Reasons for not being Ready that nobody has to do anything about."""


class Backpacks:
    """Kept as they were read and parsed when they are needed: they are few.

    `note(key, body)` hears of each that is new or has changed, and with None of each that
    is gone."""

    def __init__(self, note: Callable[[Key, Mapping[str, Any] | None], None] = lambda *_: None) -> None:
        self._note = note
        self._bodies: dict[Key, Mapping[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._bodies)

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._bodies))

    def get(self, key: Key) -> Backpack | None:
        body = self._bodies.get(key)
        return Backpack.parse(body) if body is not None else None

    def has(self, key: Key, uid: str) -> bool:
        body = self._bodies.get(key)
        return body is not None and body["metadata"]["uid"] == uid

    def version(self, key: Key) -> int:
        """The resource version of what is known of it, -1 where nothing is."""
        body = self._bodies.get(key)
        return int(body["metadata"]["resourceVersion"]) if body is not None else -1

    def serving(self) -> Iterator[Key]:
        """Those that are Ready, but for the ones that are paused."""
        for key, body in self._bodies.items():
            conditions = (body.get("status") or {}).get("conditions", ())
            ready = any(one["type"] == names.READY and one["status"] == "True" for one in conditions)
            if ready and not (body.get("spec") or {}).get("paused", False):
                yield key

    def of_admins(self, admins: frozenset[str]) -> Iterator[Key]:
        """Those that name any of these accounts."""
        for key, body in self._bodies.items():
            if not admins.isdisjoint((body.get("spec") or {}).get("admins") or ()):
                yield key

    def summaries(self) -> Iterator[Summary]:
        """What the status of each one says."""
        for key, body in self._bodies.items():
            summary = _summary(key, body.get("status") or {})
            # What is said of one that is paused was true once.
            yield replace(summary, failing=()) if (body.get("spec") or {}).get("paused") else summary

    def seen(self, body: Mapping[str, Any]) -> Key | None:
        """Take in a Backpack that exists; answers its key if there is something new,
        which an echo of the operator's own write is not."""
        metadata = body["metadata"]
        key = Key(metadata["namespace"], metadata["name"])
        old = self._bodies.get(key)
        if old is not None and _is_older(metadata, old["metadata"]):
            return None
        self._bodies[key] = _slim(body)
        self._note(key, body)
        return key

    def answered(self, body: Mapping[str, Any]) -> bool:
        """Take in the answer to a write of the operator's own, unless the informer has told
        that the Backpack is gone. Whether it also shows somebody else's change of which the
        informer has not told: when it does, that will be known already, and be no news."""
        metadata = body["metadata"]
        key = Key(metadata["namespace"], metadata["name"])
        if not self.has(key, metadata["uid"]):
            return False
        before = self._bodies[key]
        taken_in = self.seen(body) is not None
        return taken_in and _asked(before) != _asked(self._bodies[key])

    def gone(self, body: Mapping[str, Any]) -> Key | None:
        """Take in that a Backpack was deleted."""
        metadata = body["metadata"]
        key = Key(metadata["namespace"], metadata["name"])
        if not self.has(key, metadata["uid"]):
            return None
        self.forget(key)
        return key

    def forget(self, key: Key) -> None:
        self._bodies.pop(key, None)
        self._note(key, None)


def _summary(key: Key, status: Mapping[str, Any]) -> Summary:
    by_type = {condition["type"]: condition for condition in status.get("conditions") or ()}
    version = status.get("version") or ""
    ready = by_type.get(names.READY)
    if ready is None:
        return Summary(key.namespace, key.name, "Unknown", "", ((names.READY, ""),), version)
    failing = []
    if ready["status"] != "True" and ready["reason"] not in _CHOSEN:
        failing.append((names.READY, ready["reason"]))
    degraded = by_type.get(names.DEGRADED)
    if degraded is not None and degraded["status"] == "True":
        failing.append((names.DEGRADED, degraded["reason"]))
    return Summary(key.namespace, key.name, ready["status"], ready["reason"], tuple(failing), version)


def _slim(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what takes room and is of no use here."""
    metadata = {name: value for name, value in body["metadata"].items() if name != "managedFields"}
    annotations = dict(metadata.get("annotations") or {})
    annotations.pop("kubectl.kubernetes.io/last-applied-configuration", None)
    return {**body, "metadata": {**metadata, "annotations": annotations}}


def _asked(body: Mapping[str, Any]) -> tuple[Any, ...]:
    """What somebody may have changed that a reconcile goes by: all but the status."""
    metadata = {name: value for name, value in body["metadata"].items() if name != "resourceVersion"}
    return body.get("spec"), metadata


def _is_older(metadata: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether this is what is known already, or comes late. Resource versions of one
    kind are numbers that grow (promised since Kubernetes 1.35, true before)."""
    same = bool(metadata["uid"] == known["uid"])
    return same and int(metadata["resourceVersion"]) <= int(known["resourceVersion"])
