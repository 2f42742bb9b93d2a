"""The chart on a real API server: installed, upgraded, removed."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from backpack_devcluster.api import Api
from backpack_devcluster.errors import ApiRefused
from backpack_devcluster.plane import ControlPlane
from backpack_images.lint_chart import CHART
from support.control_plane import control_plane
from support.helm import REQUIRED, Helm, find

__all__ = ["control_plane"]

DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/backpacks.backpack.dev"


@pytest.fixture
def api(control_plane: ControlPlane) -> Iterator[Api]:
    with Api(control_plane.kubeconfig) as client:
        yield client


@pytest.fixture
def installing(helm: Helm, control_plane: ControlPlane, tmp_path: Path) -> Helm:
    """Helm on a copy of the chart that a test may change, and on the API server."""
    chart = shutil.copytree(CHART, tmp_path / "backpack")
    return Helm(helm.program, chart, [f"--kubeconfig={control_plane.kubeconfig}"])


def test_an_upgrade_brings_new_definitions_and_removal_keeps_them(installing: Helm, api: Api) -> None:
    given = [f"--set={key}={value}" for key, value in REQUIRED.items()]
    # Here are no definitions of Traefik's.
    given.append("--set=dashboard.route=false")
    install = ["upgrade", "backpack", str(installing.chart), "--install", "--namespace=system"]
    install.append("--create-namespace")

    installed = installing.run(*install, *given)
    assert installed.returncode == 0, installed.stderr
    assert "kubectl wait --for=condition=Ready" in installed.stdout
    assert "helm test backpack -n system" in installed.stdout
    assert "https://todo.example.com" in installed.stdout
    api.request("GET", "/apis/apps/v1/namespaces/system/deployments/backpack-operator")

    file = installing.chart / "files" / "crds" / "backpacks.yaml"
    definition = yaml.safe_load(file.read_text())
    definition["spec"]["names"]["shortNames"].append("bpk")
    file.write_text(yaml.safe_dump(definition))
    upgraded = installing.run(*install, *given)
    assert upgraded.returncode == 0, upgraded.stderr
    assert "bpk" in api.request("GET", DEFINITION)["spec"]["names"]["shortNames"]

    kept = {path: api.apply(path, body)["metadata"]["uid"] for path, body in resources()}
    removed = installing.run("uninstall", "backpack", "-n", "system")
    assert removed.returncode == 0, removed.stderr
    for path, uid in kept.items():
        metadata = api.request("GET", path)["metadata"]
        assert (metadata["uid"], metadata.get("deletionTimestamp")) == (uid, None)
    with pytest.raises(ApiRefused) as refused:
        api.request("GET", "/apis/apps/v1/namespaces/system/deployments/backpack-operator")
    assert refused.value.status == 404

    again = installing.run(*install, *given)
    assert again.returncode == 0, again.stderr
    assert {path: api.request("GET", path)["metadata"]["uid"] for path in kept} == kept


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and body of one object of each kind that the chart defines."""
    for kind, spec in (
        ("Backpack", {}),
        ("BackpackAdmin", {"email": "ada@example.com", "displayName": "Ada", "role": "owner"}),
    ):
        body = {"apiVersion": "backpack.dev/v1alpha1", "kind": kind, "spec": spec}
        path = f"/apis/backpack.dev/v1alpha1/namespaces/system/{kind.lower()}s/kept"
        yield path, {**body, "metadata": {"name": "kept", "namespace": "system"}}


def test_the_packaged_chart_renders_the_same(helm: Helm, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(helm.program), "package", str(CHART), "--destination", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    packed = Helm(helm.program, Path(done.stdout.strip().rpartition(": ")[2]))

    settings = {"dashboard.redis.existingSecret": "not-a-new-password-each-time"}
    assert packed.render(settings) == helm.render(settings)
    find(packed.render(), "CustomResourceDefinition", "backpacks.backpack.dev")
