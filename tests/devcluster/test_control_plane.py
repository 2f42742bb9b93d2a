"""etcd and the API server: what the operator's tests stand on."""

import os
import signal
from functools import partial
from pathlib import Path

import httpx
import pytest

from backpack_devcluster import control_plane as planes
from backpack_devcluster import processes, waiting
from backpack_devcluster.api import Api
from backpack_devcluster.errors import ApiRefused, DaemonFailed
from support.control_plane import ControlPlane, start_control_plane


def config_map(name: str) -> dict[str, object]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "value"}}


def _gone(identity: processes.Identity) -> bool:
    return not processes.alive(identity)


def test_an_object_that_was_applied_is_there(control_plane: ControlPlane) -> None:
    path = "/api/v1/namespaces/default/configmaps/kept"
    with Api(control_plane.kubeconfig) as api:
        api.apply(path, config_map("kept"))
        assert api.request("GET", path)["data"] == {"key": "value"}


def test_a_refusal_carries_the_servers_sentence(control_plane: ControlPlane) -> None:
    with (
        Api(control_plane.kubeconfig) as api,
        pytest.raises(ApiRefused, match='configmaps "absent"') as refusal,
    ):
        api.request("GET", "/api/v1/namespaces/default/configmaps/absent")
    assert refusal.value.status == 404


def test_nobody_gets_in_without_a_certificate(control_plane: ControlPlane) -> None:
    answer = httpx.get(f"{control_plane.server}/api", verify=False, trust_env=False)  # noqa: S501
    assert answer.status_code == 401


def test_what_an_owner_leaves_behind_is_collected(control_plane: ControlPlane) -> None:
    owner, child = (f"/api/v1/namespaces/default/configmaps/{name}" for name in ("owner", "child"))
    with Api(control_plane.kubeconfig) as api:
        uid = api.apply(owner, config_map("owner"))["metadata"]["uid"]
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}
        owned = config_map("child")
        owned["metadata"] = {"name": "child", "namespace": "default", "ownerReferences": [reference]}
        api.apply(child, owned)
        api.request("DELETE", owner)

        def gone() -> bool:
            try:
                api.request("GET", child)
            except ApiRefused as refusal:
                return refusal.status == 404
            return False

        waiting.until(gone, "the garbage collection", 30)


def test_two_run_side_by_side_and_share_nothing(control_plane: ControlPlane, tmp_path: Path) -> None:
    path = "/api/v1/namespaces/default/configmaps/only-here"
    with (
        start_control_plane(tmp_path / "other", controller_manager=False) as other,
        Api(control_plane.kubeconfig) as here,
        Api(other.kubeconfig) as there,
    ):
        here.apply(path, config_map("only-here"))
        with pytest.raises(ApiRefused):
            there.request("GET", path)


@pytest.mark.long
def test_after_kill_9_a_start_brings_back_only_the_dead_and_keeps_the_data(tmp_path: Path) -> None:
    path = "/api/v1/namespaces/default/configmaps/survivor"
    with start_control_plane(tmp_path / "killed") as plane:
        with Api(plane.kubeconfig) as api:
            api.apply(path, config_map("survivor"))
        for name in plane.daemons():
            identity = processes.running(plane.directory, name)
            assert identity is not None
            os.kill(identity.pid, signal.SIGKILL)
            waiting.until(partial(_gone, identity), f"the end of {name}", 10)
        assert planes.start(plane).names == ["etcd", "kube-apiserver", "kube-controller-manager"]
        assert planes.start(plane).names == []
        with Api(plane.kubeconfig) as api:
            assert api.request("GET", path)["data"] == {"key": "value"}


def test_a_daemon_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    with start_control_plane(tmp_path / "first", controller_manager=False) as plane:
        taken = ControlPlane(tmp_path / "second", plane.binaries, plane.ports)
        with pytest.raises(DaemonFailed, match=r"(?s)has ended.*address already in use"):
            planes.start(taken)


def test_nothing_runs_on_after_the_block(tmp_path: Path) -> None:
    with start_control_plane(tmp_path / "ended", controller_manager=False) as plane:
        identities = [processes.running(plane.directory, name) for name in plane.daemons()]
    assert all(identity and not processes.alive(identity) for identity in identities)
