"""What the provisioner decides about every state that claims and volumes can be in."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster.volumes import Action, Provision, Remove, Resize, decide, volume_for

ROOT = Path("/volumes")
NODE = "backpack"
UID = "6d3f"

Object = dict[str, Any]


def claim(**spec: Any) -> Object:
    return {
        "metadata": {
            "name": "data",
            "namespace": "apps",
            "uid": UID,
            "annotations": {"volume.kubernetes.io/selected-node": NODE},
        },
        "spec": {
            "storageClassName": "local",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
        "status": {"phase": "Pending"},
    }


def bound(size: str = "1Gi", capacity: str = "1Gi") -> Object:
    made = claim(volumeName=f"pvc-{UID}", resources={"requests": {"storage": size}})
    made["status"] = {"phase": "Bound", "capacity": {"storage": capacity}}
    return made


def volume(phase: str) -> Object:
    return volume_for(claim(), root=ROOT, node=NODE) | {"status": {"phase": phase}}


def decided(claims: list[Object], volumes: list[Object]) -> list[Action]:
    return decide(claims, volumes, root=ROOT, node=NODE)


def changed(original: Object, **metadata: Any) -> Object:
    copy = deepcopy(original)
    copy["metadata"] |= metadata
    return copy


def test_a_claim_whose_pod_has_a_place_gets_a_volume() -> None:
    (action,) = decided([claim()], [])
    assert action == Provision(
        ROOT / f"apps_data_{UID}",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {
                "name": f"pvc-{UID}",
                "annotations": {"pv.kubernetes.io/provisioned-by": "backpack.dev/local"},
            },
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "volumeMode": "Filesystem",
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": "local",
                "local": {"path": f"/volumes/apps_data_{UID}"},
                "nodeAffinity": {
                    "required": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [
                                    {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE]}
                                ]
                            }
                        ]
                    }
                },
                "claimRef": {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "namespace": "apps",
                    "name": "data",
                    "uid": UID,
                },
            },
        },
    )


@pytest.mark.parametrize(
    "unwanted",
    [
        pytest.param(changed(claim(), annotations={}), id="no pod uses it yet"),
        pytest.param(
            changed(claim(), annotations={"volume.kubernetes.io/selected-node": "other"}), id="another node"
        ),
        pytest.param(changed(claim(), deletionTimestamp="2026-01-01T00:00:00Z"), id="it is being deleted"),
        pytest.param(claim(storageClassName="fast"), id="another class"),
        pytest.param(claim(storageClassName=""), id="no class at all"),
        pytest.param(claim(volumeMode="Block"), id="a raw device"),
        pytest.param(claim(volumeName="chosen"), id="a volume was chosen"),
        pytest.param(claim() | {"status": {"phase": "Lost"}}, id="its volume was lost"),
    ],
)
def test_a_claim_that_asks_for_none_gets_none(unwanted: Object) -> None:
    assert decided([unwanted], []) == []


def test_a_volume_that_exists_is_not_made_again() -> None:
    assert decided([claim()], [volume("Available")]) == []


def test_a_volume_goes_with_its_claim() -> None:
    assert decided([], [volume("Released")]) == [Remove(ROOT / f"apps_data_{UID}", f"pvc-{UID}")]


@pytest.mark.parametrize("phase", ["Pending", "Available", "Bound", "Failed"])
def test_a_volume_in_any_other_phase_stays(phase: str) -> None:
    assert decided([], [volume(phase)]) == []


def test_a_volume_that_is_to_be_retained_stays() -> None:
    kept = volume("Released")
    kept["spec"]["persistentVolumeReclaimPolicy"] = "Retain"
    assert decided([], [kept]) == []


def test_a_volume_of_somebody_else_stays() -> None:
    assert decided([], [changed(volume("Released"), annotations={})]) == []


def test_a_volume_that_is_being_deleted_is_left_alone() -> None:
    assert decided([], [changed(volume("Released"), deletionTimestamp="2026-01-01T00:00:00Z")]) == []


def test_a_claim_that_grew_is_said_to_have_its_size() -> None:
    assert decided([bound(size="2Gi")], [volume("Bound")]) == [Resize(f"pvc-{UID}", "apps", "data", "2Gi")]


@pytest.mark.parametrize("size", ["1Gi", "1024Mi", "1073741824", "512Mi"])
def test_a_claim_that_has_its_size_is_left_alone_however_it_is_written(size: str) -> None:
    assert decided([bound(size=size)], [volume("Bound")]) == []


def test_a_resize_that_broke_off_after_the_volume_is_finished() -> None:
    grown = volume("Bound")
    grown["spec"]["capacity"]["storage"] = "2Gi"
    assert decided([bound(size="2Gi")], [grown]) == [Resize(f"pvc-{UID}", "apps", "data", "2Gi")]
