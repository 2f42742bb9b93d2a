"""What holds for every pod, whatever is asked for."""

from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack, Resources
from backpack_operator.settings import Settings
from backpack_operator.specs.api_deployment import api_deployment
from backpack_operator.specs.children import workloads
from backpack_operator.specs.container_resources import API, container_resources

CREDENTIALS = {"mongo-password": "mongo-secret", "redis-users.acl": "user default on #hash\n"}


@pytest.fixture(params=["ferretdb", "mongodb"])
def deployments(request: pytest.FixtureRequest, full: Backpack, settings: Settings) -> list[dict[str, Any]]:
    return workloads(full, settings, request.param, CREDENTIALS)


def test_pods_are_restricted(deployments: list[dict[str, Any]]) -> None:
    """Source: the Pod Security Standards, profile `restricted`."""
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security["readOnlyRootFilesystem"] is True
        kinds = {next(key for key in volume if key != "name") for volume in pod["volumes"]}
        assert kinds <= {"persistentVolumeClaim", "configMap", "secret", "emptyDir"}


def test_every_container_has_requests_limits_and_probes(deployments: list[dict[str, Any]]) -> None:
    for deployment in deployments:
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            for side in ("requests", "limits"):
                assert set(container["resources"][side]) == {"cpu", "memory"}
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def test_no_password_is_in_a_pod(deployments: list[dict[str, Any]]) -> None:
    assert "mongo-secret" not in str(deployments)


def test_redis_is_given_only_the_user_list(deployments: list[dict[str, Any]]) -> None:
    pod = deployments[1]["spec"]["template"]["spec"]
    (volume,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
    assert volume["items"] == [{"key": "redis-users.acl", "path": "users.acl"}]
    assert "env" not in pod["containers"][0]


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        ({}, {}, {"requests": ("20m", "96Mi"), "limits": ("1", "512Mi")}),
        ({"cpu": "2"}, {}, {"requests": ("2", "96Mi"), "limits": ("2", "512Mi")}),
        ({}, {"memory": "64Mi"}, {"requests": ("20m", "64Mi"), "limits": ("1", "64Mi")}),
        ({"cpu": "10m"}, {"cpu": "5"}, {"requests": ("10m", "96Mi"), "limits": ("5", "512Mi")}),
    ],
)
def test_a_default_gives_way_to_what_is_written(
    requests: dict[str, str], limits: dict[str, str], expected: dict[str, tuple[str, str]]
) -> None:
    merged = container_resources(API, Resources(requests, limits))
    assert {side: (value["cpu"], value["memory"]) for side, value in merged.items()} == expected


def test_api_pods_stay_on_the_node_of_their_volume(
    plain: Backpack, full: Backpack, settings: Settings
) -> None:
    together = api_deployment(plain, settings, "x")["spec"]["template"]["spec"]
    assert "podAffinity" in together["affinity"]
    anywhere = api_deployment(full, settings, "x")["spec"]["template"]["spec"]
    assert "affinity" not in anywhere


def test_a_change_of_credentials_or_configuration_restarts_the_api(
    plain: Backpack, settings: Settings
) -> None:
    def template(settings: Settings, credentials: str) -> Any:
        return api_deployment(plain, settings, credentials)["spec"]["template"]

    first = template(settings, "x")
    assert template(settings, "x") == first
    assert template(settings, "y") != first
    assert template(settings.model_copy(update={"domain": "other.com"}), "x") != first
    assert template(settings.model_copy(update={"image_web": "other"}), "x") == first


def test_the_api_is_told_whom_to_believe_and_which_key_to_ask_for(
    plain: Backpack, settings: Settings
) -> None:
    networks = Settings.model_validate(
        {**settings.model_dump(), "traefik_addresses": "10.0.0.0/8, fd00::/56"}
    )
    (container,) = api_deployment(plain, networks, "")["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one for one in container["env"]}
    assert variables["BACKPACK_TRUSTED_PROXIES"]["value"] == '["10.0.0.0/8", "fd00::/56"]'
    key = variables["BACKPACK_PUBLISHABLE_KEY"]["valueFrom"]["secretKeyRef"]
    assert key == {"name": plain.child("credentials"), "key": "publishable-key"}
