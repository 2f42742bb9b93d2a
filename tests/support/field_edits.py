"""Every single field of an object that the operator has applied, and what somebody may make
of it. Which fields these are, the API server itself says: in `metadata.managedFields`."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backpack_contract.resources import FIELD_MANAGER

Object = dict[str, Any]
Path = tuple[str | int, ...]

_OTHERS = {
    "TCP": "UDP",
    "UDP": "TCP",
    "IfNotPresent": "Always",
    "RuntimeDefault": "Unconfined",
    "RollingUpdate": "OnDelete",
    "ScheduleAnyway": "DoNotSchedule",
    "Equal": "Exists",
    "Ingress": "Egress",
    "Egress": "Ingress",
    "ClusterIP": "NodePort",
}
"""Words of which the API server takes only some others."""


@dataclass(frozen=True)
class Edit:
    """`body`: the object as somebody wants it to be."""

    what: str
    body: Object


@dataclass(frozen=True)
class Leaf:
    """`is_key`: by which an element of a list is known: with another one, it is another
    element, which is somebody else's."""

    path: Path
    is_key: bool


def owned_leaves(live: Object) -> list[Leaf]:
    """All scalars that the operator has set, in what is applied as a whole too."""
    found: dict[Path, Leaf] = {}
    for entry in live["metadata"]["managedFields"]:
        if entry["manager"] != FIELD_MANAGER or "subresource" in entry:
            continue
        for path, keys in _owned(entry["fieldsV1"], live, ()):
            found |= {leaf: Leaf(leaf, leaf[-1] in keys) for leaf in _scalars(_at(live, path), path)}
    return [found[path] for path in sorted(found, key=str)]


def edits(live: Object, leaf: Leaf) -> Iterator[list[Edit]]:
    """First another value, then none; of each, several to try until one is taken."""
    path = leaf.path
    where, value = ".".join(map(str, path)), _at(live, path)
    yield [Edit(f"{where}: {value!r} -> {other!r}", _with(live, path, other)) for other in _other(value)]
    yield [Edit(f"{where}: removed", _without(live, path))]


def _owned(
    fields: Object, live: Any, path: Path, keys: frozenset[str] = frozenset()
) -> Iterator[tuple[Path, frozenset[str]]]:
    """Each path that is owned, with the fields by which the element is known that it is in."""
    for name, below in fields.items():
        step = _step(name, live)
        if step is None:
            continue
        known_by = frozenset(json.loads(name[2:])) if name.startswith("k:") else frozenset()
        if set(below) <= {"."}:
            yield (*path, step), known_by or keys
        else:
            yield from _owned(below, live[step], (*path, step), known_by)


def _step(name: str, live: Any) -> str | int | None:
    """Where a part of a path is: `f:field`, `k:{keys}` or `v:value`; `.` is the whole."""
    kind, _, rest = name.partition(":")
    if kind == "f":
        # An empty list was applied, and is left out.
        return rest if rest in live else None
    if kind == "k":
        keys = json.loads(rest)
        return next(index for index, item in enumerate(live) if keys.items() <= item.items())
    if kind == "v":
        index: int = live.index(json.loads(rest))
        return index
    return None


def _scalars(value: Any, path: Path) -> list[Path]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _scalars(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _scalars(item, (*path, index))]
    return [path]


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _other(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if value in _OTHERS:
        return [_OTHERS[value]]
    # A name, a quantity, a path or command, a UUID.
    return [f"{value}x", f"1{value}", f"{value}/x", "7", "5d5d5d5d-0000-4000-8000-000000000000"]


def _with(live: Object, path: Path, value: Any) -> Object:
    body = copy.deepcopy(live)
    _at(body, path[:-1])[path[-1]] = value
    return body


def _without(live: Object, path: Path) -> Object:
    body = copy.deepcopy(live)
    del _at(body, path[:-1])[path[-1]]
    return body
