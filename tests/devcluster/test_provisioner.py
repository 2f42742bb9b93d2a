"""The provisioner on a real API server, whose controller manager binds and releases."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backpack_devcluster import control_plane as planes
from backpack_devcluster import layout, processes, provisioner, waiting
from backpack_devcluster.addons import apply_early
from backpack_devcluster.api import Api
from backpack_devcluster.errors import ApiRefused, DevClusterError
from backpack_devcluster.plane import API_SERVER, ControlPlane
from backpack_devcluster.volumes import Remove
from support.control_plane import start_control_plane

CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with the rights and the storage class of the cluster, and its provisioner."""
    with start_control_plane(tmp_path_factory.mktemp("provisioner")) as plane:
        apply_early(plane)
        node = layout.Layout(plane.directory)
        provisioner.start(node)
        yield plane
        processes.stop(plane.directory, layout.PROVISIONER)


def claim(name: str, size: str = "1Gi") -> dict[str, Any]:
    # The scheduler's annotation, which here nobody else sets.
    annotations = {"volume.kubernetes.io/selected-node": layout.NODE}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }


def phase_is(api: Api, name: str, phase: str) -> bool:
    return bool(api.request("GET", f"{CLAIMS}/{name}")["status"].get("phase") == phase)


def size_is(api: Api, name: str, size: str) -> bool:
    return bool(api.request("GET", f"{CLAIMS}/{name}")["status"]["capacity"]["storage"] == size)


def folder_of(api: Api, plane: ControlPlane, name: str) -> Path:
    uid = api.request("GET", f"{CLAIMS}/{name}")["metadata"]["uid"]
    return layout.Layout(plane.directory).volumes / f"default_{name}_{uid}"


def test_a_claim_is_bound_grows_and_its_folder_goes_with_it(plane: ControlPlane) -> None:
    with Api(plane.kubeconfig) as api:
        api.apply(f"{CLAIMS}/life", claim("life"))
        waiting.until(partial(phase_is, api, "life", "Bound"), "the claim", 20)
        folder = folder_of(api, plane, "life")
        (folder / "file").write_text("data")

        api.apply(f"{CLAIMS}/life", claim("life", "2Gi"))
        waiting.until(partial(size_is, api, "life", "2Gi"), "the larger size", 20)
        assert (folder / "file").read_text() == "data"

        api.request("DELETE", f"{CLAIMS}/life")
        waiting.until(lambda: not folder.exists(), "the removal of the folder", 20)


def test_it_goes_on_after_the_api_server_was_killed(plane: ControlPlane) -> None:
    identity = processes.running(plane.directory, API_SERVER)
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    waiting.until(lambda: not processes.alive(identity), "the end of the API server", 10)
    planes.start(plane)
    with Api(plane.kubeconfig) as api:
        api.apply(f"{CLAIMS}/afterwards", claim("afterwards"))
        waiting.until(partial(phase_is, api, "afterwards", "Bound"), "the claim", 30)


def test_it_may_neither_read_secrets_nor_change_claims(plane: ControlPlane) -> None:
    with Api(plane.kubeconfig_of("provisioner")) as api:
        with pytest.raises(ApiRefused) as refusal:
            api.request("GET", "/api/v1/namespaces/default/secrets")
        assert refusal.value.status == 403
        with pytest.raises(ApiRefused) as refusal:
            api.apply(f"{CLAIMS}/mine", claim("mine"))
        assert refusal.value.status == 403


def test_a_volume_that_names_a_folder_elsewhere_is_not_followed(plane: ControlPlane, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    with Api(plane.kubeconfig) as api, pytest.raises(DevClusterError, match="which is not in"):
        provisioner.perform(Remove(precious, "pvc-1"), api, tmp_path / "volumes")
    assert precious.exists()
