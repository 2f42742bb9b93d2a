"""Somebody edits or removes every single field of every child: it is set right again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

import pytest

from backpack_devcluster.errors import ApiRefused
from backpack_operator.model.kinds import BACKPACK, RETAINED, SECRET, ObjectKey
from support.field_edits import Edit, Object, Path, edits, owned_leaves
from support.operated_cluster import CHILDREN_OF_ONE, Operated, OperatedCluster
from support.sampling import sample
from support.waiting import NotInTime, eventually

FIELDS = 2
"""Of each object, where they are sampled."""

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


@pytest.fixture
def operated(quiet: OperatedCluster, tmp_path: File) -> Iterator[Operated]:
    own, namespace, other = (quiet.namespace(prefix) for prefix in ("system", "apps", "other"))
    with quiet.operator(tmp_path, own, namespace, other) as operator:
        yield Operated(quiet, operator, namespace, other, own)


def is_identity(path: Path) -> bool:
    """What says whose an object that holds data is, or what is in it."""
    return path[0] == "data" or path[:2] == ("metadata", "annotations")


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
        todo: dict[ObjectKey, list[Path]] = {}
        for key, live in self.operated.cluster.children(self.operated.namespace).items():
            leaves = owned_leaves(live)
            if key.kind in RETAINED:
                leaves = [path for path in leaves if not is_identity(path)]
            if most is not None:
                leaves, again = sample(leaves, most)
            todo[key] = leaves
        while any(todo.values()):
            self.edit({key: leaves.pop() for key, leaves in todo.items() if leaves})
        return again

    def edit(self, fields: dict[ObjectKey, Path]) -> None:
        """Give each field another value; then remove it."""
        for turn in range(2):
            edited: dict[ObjectKey, tuple[Object, str]] = {}
            for key, path in fields.items():
                live = self._live(key)
                what = self._try(key, list(edits(live, path))[turn])
                if what is not None:
                    edited[key] = live, what
            self._poke(edited)
            for key, (before, what) in edited.items():
                self._wait(key, before, what)
                self.undone += 1

    def _try(self, key: ObjectKey, candidates: list[Edit]) -> str | None:
        for edit in candidates:
            try:
                self.operated.cluster.api.request("PUT", key.kind.path(key.namespace, key.name), edit.body)
            except ApiRefused:
                continue
            return edit.what
        self.refused.append(f"{key}: {candidates[0].what}")
        return None

    def _poke(self, edited: dict[ObjectKey, tuple[Object, str]]) -> None:
        """Nobody tells the operator of a Secret."""
        if any(key.kind == SECRET for key in edited):
            annotation = {"annotations": {"look": str(self.undone)}}
            cluster, namespace = self.operated.cluster, self.operated.namespace
            cluster.change(BACKPACK, namespace, "todo", metadata=annotation)

    def _wait(self, key: ObjectKey, before: Object, what: str) -> None:
        try:
            eventually(lambda: plain(self._live(key)) == plain(before), within=20, every=0.05)
        except NotInTime:
            live = plain(self._live(key))
            raise AssertionError(
                f"{key}: {what}: is not set right: {differences(live, plain(before))}"
            ) from None

    def _live(self, key: ObjectKey) -> Object:
        return self.operated.cluster.get(key.kind, key.namespace, key.name)


def plain(body: Object) -> Object:
    """Without what changes with every write."""
    volatile = {"resourceVersion", "generation", "managedFields"}
    metadata = {key: value for key, value in body["metadata"].items() if key not in volatile}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}


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
    assert vandal.undone > 500
