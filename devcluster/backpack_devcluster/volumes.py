"""What is to be done about volumes: pure decisions of the provisioner.

Claims and volumes in, actions out; no I/O and no clock, so that every state of
the cluster can be a test.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .api import Object
from .quantities import storage_bytes

PROVISIONER = "backpack.dev/local"
STORAGE_CLASS = "local"

_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_SELECTED_NODE = "volume.kubernetes.io/selected-node"


@dataclass(frozen=True)
class Provision:
    """Make the directory, then the volume."""

    directory: Path
    volume: Object


@dataclass(frozen=True)
class Remove:
    """Remove the directory, then the volume of this name."""

    directory: Path
    volume: str


@dataclass(frozen=True)
class Resize:
    """Say in the volume and in its claim's status that they have the size that is asked for."""

    volume: str
    namespace: str
    claim: str
    size: str


Action = Provision | Remove | Resize


def decide(claims: Iterable[Object], volumes: Iterable[Object], *, root: Path, node: str) -> list[Action]:
    """Everything that is to be done now, for directories below `root` on `node`."""
    claims, volumes = list(claims), list(volumes)
    names = {volume["metadata"]["name"] for volume in volumes}
    ours = [volume for volume in volumes if _is_ours(volume)]
    actions: list[Action] = [
        Provision(root / directory_name(claim), volume_for(claim, root=root, node=node))
        for claim in claims
        if _wants_volume(claim, node) and volume_name(claim) not in names
    ]
    actions += [
        Remove(Path(volume["spec"]["local"]["path"]), volume["metadata"]["name"])
        for volume in ours
        if _to_be_removed(volume)
    ]
    by_name = {volume["metadata"]["name"]: volume for volume in ours}
    for claim in claims:
        volume = by_name.get(claim["spec"].get("volumeName", ""))
        if volume is not None and (resize := _resize(claim, volume)):
            actions.append(resize)
    return actions


def volume_name(claim: Object) -> str:
    """The volume's name: of the claim's UID, so that no two claims ever share one."""
    return f"pvc-{claim['metadata']['uid']}"


def directory_name(claim: Object) -> str:
    """The directory's name, which tells a person what is in it."""
    metadata = claim["metadata"]
    return f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"


def volume_for(claim: Object, *, root: Path, node: str) -> Object:
    """The PersistentVolume for a claim, already promised to it.

    A `local` volume and not a hostPath: only the former honours a pod's fsGroup.
    """
    metadata, spec = claim["metadata"], claim["spec"]
    on_node = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        # With this annotation the controller manager leaves the volume's end to us.
        "metadata": {"name": volume_name(claim), "annotations": {_PROVISIONED_BY: PROVISIONER}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "volumeMode": "Filesystem",
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec["storageClassName"],
            "local": {"path": str(root / directory_name(claim))},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [on_node]}]}},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }


def _wants_volume(claim: Object, node: str) -> bool:
    metadata, spec = claim["metadata"], claim["spec"]
    return (
        spec.get("storageClassName") == STORAGE_CLASS
        and spec.get("volumeMode", "Filesystem") == "Filesystem"
        and not spec.get("volumeName")
        and "deletionTimestamp" not in metadata
        and claim.get("status", {}).get("phase", "Pending") == "Pending"
        # The scheduler writes it when a pod that uses the claim has a place.
        and metadata.get("annotations", {}).get(_SELECTED_NODE) == node
    )


def _is_ours(volume: Object) -> bool:
    return bool(volume["metadata"].get("annotations", {}).get(_PROVISIONED_BY) == PROVISIONER)


def _to_be_removed(volume: Object) -> bool:
    return (
        volume.get("status", {}).get("phase") == "Released"
        and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        and "deletionTimestamp" not in volume["metadata"]
    )


def _resize(claim: Object, volume: Object) -> Resize | None:
    status = claim.get("status", {})
    if status.get("phase") != "Bound" or "deletionTimestamp" in claim["metadata"]:
        return None
    wanted = claim["spec"]["resources"]["requests"]["storage"]
    present = status.get("capacity", {}).get("storage", volume["spec"]["capacity"]["storage"])
    if storage_bytes(wanted) <= storage_bytes(present):
        return None
    metadata = claim["metadata"]
    return Resize(volume["metadata"]["name"], metadata["namespace"], metadata["name"], wanted)
