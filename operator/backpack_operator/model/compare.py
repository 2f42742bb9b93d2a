"""Whether a live object already is what is wanted, although the API server has
added defaults, other writers have added what is theirs, and quantities came back
in other words.

Mirrors server-side apply: maps merge, lists with keys merge by key, all other
lists and a few maps are atomic, which means that they are replaced as a whole.
"""

from collections.abc import Mapping
from typing import Any

from backpack_operator.model.quantities import same_quantity

_LIST_KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("spec", "containers"): ("name",),
    ("spec", "initContainers"): ("name",),
    ("spec", "volumes"): ("name",),
    ("spec", "imagePullSecrets"): ("name",),
    ("spec", "topologySpreadConstraints"): ("topologyKey", "whenUnsatisfiable"),
    ("spec", "ports"): ("port", "protocol"),
    ("containers", "env"): ("name",),
    ("containers", "ports"): ("containerPort", "protocol"),
    ("containers", "volumeMounts"): ("mountPath",),
    ("metadata", "ownerReferences"): ("uid",),
    ("metadata", "finalizers"): (),
}
"""(enclosing field, field) -> the fields that identify an element; no fields: a set
of scalars. Source: `x-kubernetes-list-map-keys` in the API server's OpenAPI."""

_ATOMIC_MAPS = frozenset(
    {"selector", "podSelector", "labelSelector", "namespaceSelector", "nodeSelector", "secretKeyRef"}
)
_QUANTITIES = frozenset({"requests", "limits", "sizeLimit"})


def covers(live: Any, wanted: Any) -> bool:
    """Whether applying `wanted` would leave `live` as it is."""
    return _covers(live, wanted, "", "")


def _covers(live: Any, wanted: Any, parent: str, field: str) -> bool:
    if isinstance(wanted, Mapping):
        if not isinstance(live, Mapping):
            return not wanted and live is None
        if field in _ATOMIC_MAPS:
            return bool(live == wanted)
        return all(_covers(live.get(key), value, _below(parent, field), key) for key, value in wanted.items())
    if isinstance(wanted, list):
        return _covers_list(live or [], wanted, parent, field)
    if (parent in _QUANTITIES or field in _QUANTITIES) and live is not None:
        return same_quantity(live, wanted)
    return bool(live == wanted) and type(live) is type(wanted)


def _below(parent: str, field: str) -> str:
    """The field that encloses the elements of `field`."""
    return field or parent


def _covers_list(live: Any, wanted: list[Any], parent: str, field: str) -> bool:
    keys = _LIST_KEYS.get((parent, field))
    if not isinstance(live, list) or keys is None:
        return bool(live == wanted)
    if not keys:
        return set(wanted) <= set(live)
    by_key = {tuple(item.get(key) for key in keys): item for item in live}
    return all(
        _covers(by_key.get(tuple(item.get(key) for key in keys)), item, parent, field) for item in wanted
    )
