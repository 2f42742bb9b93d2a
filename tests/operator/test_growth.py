"""Volumes grow where they can; where they can't, the backpack serves on and says why."""

from collections.abc import Callable

import pytest

from backpack_operator.model.kinds import BACKPACK, VOLUME_CLAIM
from support.operated_cluster import Operated
from support.waiting import eventually


@pytest.fixture
def storage_class(operated: Operated) -> Callable[[bool], str]:
    """A new storage class whose volumes may grow, or may not; answers its name."""

    def make(grows: bool) -> str:
        name = f"{'growing' if grows else 'fixed'}-{operated.namespace}"
        body = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "example.test/none",
            "allowVolumeExpansion": grows,
        }
        operated.cluster.api.request("POST", "/apis/storage.k8s.io/v1/storageclasses", body)
        return name

    return make


def asked(operated: Operated) -> str:
    """How large the database's volume is asked to be."""
    claim = operated.cluster.get(VOLUME_CLAIM, operated.namespace, "todo-mongo")
    size: str = claim["spec"]["resources"]["requests"]["storage"]
    return size


def grow(operated: Operated, size: str) -> None:
    bigger = {"database": {"storage": {"size": size}}}
    operated.cluster.change(BACKPACK, operated.namespace, "todo", spec=bigger)


def test_a_volume_grows_once_it_is_bound(operated: Operated, storage_class: Callable[[bool], str]) -> None:
    storage = {"size": "1Gi", "storageClassName": storage_class(True)}
    operated.backpack("todo", database={"storage": storage})
    grow(operated, "2Gi")
    operated.cluster.wait_made(operated.namespace, "todo")
    assert asked(operated) == "1Gi"
    operated.cluster.bind_volumes(operated.namespace)
    eventually(lambda: asked(operated) == "2Gi", within=15)
    degraded = operated.cluster.condition(operated.namespace, "todo", "Degraded")
    assert degraded["reason"] == "AsExpected"


def test_a_volume_that_cannot_grow_keeps_its_backpack_ready(
    operated: Operated, storage_class: Callable[[bool], str]
) -> None:
    fixed = storage_class(False)
    operated.backpack("todo", database={"storage": {"size": "1Gi", "storageClassName": fixed}})
    operated.cluster.bind_volumes(operated.namespace)
    operated.cluster.wait_ready(operated.namespace, "todo")
    grow(operated, "2Gi")
    told = operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "VolumeCannotGrow")
    assert f"`{fixed}`" in told["message"]
    assert "allowVolumeExpansion: true" in told["message"]
    assert operated.cluster.condition(operated.namespace, "todo", "Ready")["status"] == "True"
    assert asked(operated) == "1Gi"

    path = f"/apis/storage.k8s.io/v1/storageclasses/{fixed}"
    operated.cluster.api.merge(path, {"allowVolumeExpansion": True})
    eventually(lambda: asked(operated) == "2Gi", within=60)
    operated.cluster.wait_reason(operated.namespace, "todo", "Degraded", "AsExpected")
