"""Somebody edits or removes every single field of every child: it is set right again."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.compare import covers
from backpack_operator.model.kinds import BACKPACK, RETAINED, SECRET, ObjectKey
from support.field_edits import Edit, Leaf, Object, edits, owned_leaves
from support.operated_cluster import CHILDREN_OF_ONE, Operated
from support.sampling import sample
from support.waiting import NotInTime, eventually

FIELDS = 2
"""Of each object, where they are sampled."""

VOLATILE = {"resourceVersion", "generation", "managedFields"}
ANEW = {"uid", "creationTimestamp", "finalizers"}
ADDRESSES = {"clusterIP", "clusterIPs"}

SPEC: dict[str, Any] = {
    "web": {"replicas": 2},
    "imagePullSecrets": [{"name": "registry"}],
    "scheduling": {
        "api": {
            "nodeSelector": {"disk": "fast"},
            "tolerations": [
                {"key": "dedicated", "operator": "Equal", "value": "data", "effect": "NoSchedule"}
            ],
        }
    },
}


def is_identity(leaf: Leaf) -> bool:
    """What says whose an object that holds data is, or what is in it: the operator goes by it."""
    return leaf.path[0] == "data" or leaf.path[:2] == ("metadata", "annotations")


@dataclass
class Vandal:
    """Edits one field of each object at a time, and waits until all are as before."""

    operated: Operated
    refused: list[str] = field(default_factory=list)
    """Edits that the API server itself does not take."""
    undone: int = 0

    def rounds(self, most: int | None) -> str:
        """Through all fields, or so many of each object; how to have the same ones again."""
        again = ""
        todo: dict[ObjectKey, list[Leaf]] = {}
        for key, live in self.operated.cluster.children(self.operated.namespace).items():
            leaves = owned_leaves(live)
            if key.kind in RETAINED:
                leaves = [leaf for leaf in leaves if not is_identity(leaf)]
            if most is not None:
                leaves, again = sample(leaves, most)
            todo[key] = leaves
        while any(todo.values()):
            fields = {key: leaves.pop() for key, leaves in todo.items() if leaves}
            self._round(fields, 0)
            self._round(fields, 1)
        return again

    def _round(self, fields: dict[ObjectKey, Leaf], turn: int) -> None:
        """Give each field another value, or then remove it."""
        edited: dict[ObjectKey, tuple[Object, str]] = {}
        for key, leaf in fields.items():
            live = self._live(key)
            what = self._try(key, list(edits(live, leaf))[turn])
            if what is not None:
                edited[key] = live, what
        self._poke(edited)
        for key, (before, what) in edited.items():
            self._wait(key, fields[key], before, what)
            self.undone += 1

    def _try(self, key: ObjectKey, candidates: list[Edit]) -> str | None:
        for edit in candidates:
            try:
                self._put(key, edit.body)
            except ApiRefused:
                continue
            return edit.what
        self.refused.append(f"{key}: {candidates[0].what}")
        return None

    def _poke(self, edited: dict[ObjectKey, tuple[Object, str]]) -> None:
        """Nobody tells the operator of a Secret."""
        if any(key.kind == SECRET for key in edited):
            look = {"annotations": {"look": str(self.undone)}}
            self.operated.cluster.change(BACKPACK, self.operated.namespace, "todo", metadata=look)

    def _wait(self, key: ObjectKey, leaf: Leaf, before: Object, what: str) -> None:
        def right() -> bool:
            live = self._live(key)
            return covers(asked(live), asked(before)) if leaf.is_key else plain(live) == plain(before)

        try:
            eventually(right, within=20, every=0.05, retry_on=(ApiRefused,))
        except NotInTime:
            different = differences(plain(self._live(key)), plain(before))
            raise AssertionError(f"{key}: {what}: is not set right: {different}") from None
        if leaf.is_key:
            # The operator may be about to write once more.
            eventually(lambda: self._tidy(key, before), within=10, retry_on=(ApiRefused,))

    def _tidy(self, key: ObjectKey, before: Object) -> bool:
        """What was a field of ours is in an element of somebody else's now, who takes it away."""
        live = self._live(key)
        metadata = {**live["metadata"], "ownerReferences": before["metadata"].get("ownerReferences")}
        spec = {name: value for name, value in live.get("spec", {}).items() if name in ADDRESSES}
        body = {**before, "metadata": metadata}
        self._put(key, {**body, "spec": {**before["spec"], **spec}} if spec else body)
        return True

    def _put(self, key: ObjectKey, body: Object) -> None:
        self.operated.cluster.api.request("PUT", key.kind.path(key.namespace, key.name), body)

    def _live(self, key: ObjectKey) -> Object:
        return self.operated.cluster.get(key.kind, key.namespace, key.name)


def plain(body: Object) -> Object:
    """Without what changes with every write."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in VOLATILE}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}


def asked(body: Object) -> Object:
    """Without what an object that is made anew has anew."""
    metadata = {key: value for key, value in plain(body)["metadata"].items() if key not in ANEW}
    spec = {key: value for key, value in body.get("spec", {}).items() if key not in ADDRESSES}
    return {**plain(body), "metadata": metadata, "spec": spec}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        return [text for key in keys for text in differences(one.get(key), other.get(key), f"{path}.{key}")]
    return [] if one == other else [f"{path} is {one!r} and was {other!r}"]


@pytest.fixture
def vandal(operated: Operated) -> Vandal:
    operated.backpack("todo", **SPEC)
    assert len(operated.cluster.children(operated.namespace)) == CHILDREN_OF_ONE + 1
    return Vandal(operated)


def test_some_fields(vandal: Vandal) -> None:
    again = vandal.rounds(FIELDS)
    assert vandal.undone >= CHILDREN_OF_ONE, again


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_all_fields(vandal: Vandal) -> None:
    vandal.rounds(None)
    print(f"{vandal.undone} edits undone, {len(vandal.refused)} refused by the API server")
    assert vandal.undone > 500
