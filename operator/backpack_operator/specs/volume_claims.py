"""The three PersistentVolumeClaims: they may outlive their Backpack, they grow, and
what a volume was made with never changes."""

from collections.abc import Mapping
from typing import Any

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.quantities import larger
from backpack_operator.model.spec import Storage
from backpack_operator.settings import Settings
from backpack_operator.specs.labels import retained

DATABASE = "mongo"
CACHE = "redis"
FILES = "files"

ENGINE_ANNOTATION = "backpack.dev/engine"
"""On the database's volume: which engine wrote it, and can read it."""


def volume_claims(
    backpack: Backpack, settings: Settings, engine: str, existing: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """`existing`: the claims that are there, by name."""
    claims = []
    for part, storage in (
        (DATABASE, backpack.database.storage),
        (CACHE, backpack.cache.storage),
        (FILES, backpack.files.storage),
    ):
        metadata = retained(backpack, part, None if part == FILES else part)
        if part == DATABASE:
            metadata["annotations"][ENGINE_ANNOTATION] = engine
        live = existing.get(backpack.child(part))
        spec = _new(settings, storage) if live is None else _kept(live, storage)
        claims.append(
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
        )
    return claims


def _new(settings: Settings, storage: Storage) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": [storage.access_mode],
        "resources": {"requests": {"storage": storage.size}},
    }
    storage_class = storage.storage_class or settings.storage_class
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return spec


def _kept(existing: Mapping[str, Any], storage: Storage) -> dict[str, Any]:
    """What the claim is already, but for its size: the API server refuses to resize a
    claim before it is bound, and to shrink one ever."""
    live = existing["spec"]
    asked = live["resources"]["requests"]["storage"]
    bound = existing.get("status", {}).get("phase") == "Bound"
    spec: dict[str, Any] = {
        "accessModes": live["accessModes"],
        "resources": {"requests": {"storage": larger(asked, storage.size) if bound else asked}},
    }
    if "storageClassName" in live:
        spec["storageClassName"] = live["storageClassName"]
    return spec
