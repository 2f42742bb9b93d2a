"""What holds for every pod, whatever is asked for."""

from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.spec import Resources
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


ALL = {"api", "mongo", "redis", "web"}


def templates(backpack: Backpack, settings: Settings, **credentials: str) -> dict[str, Any]:
    """Component -> the template of its pods."""
    given = {**CREDENTIALS, **credentials}
    return {
        body["metadata"]["labels"]["app.kubernetes.io/component"]: body["spec"]["template"]
        for body in workloads(backpack, settings, "ferretdb", given)
    }


def restarted(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {component for component in one if one[component] != other[component]}


@pytest.mark.parametrize(
    ("fields", "components"),
    [
        ({"hostname": "other"}, set()),
        ({"api": {"allowedOrigins": ["https://example.org"], "requireKey": True}}, set()),
        ({"api": {"replicas": 5}, "web": {"replicas": 5}}, set()),
        ({"api": {"logLevel": "debug"}}, {"api"}),
        ({"api": {"logLevel": "info"}}, set()),
        ({"auth": {"registration": "closed", "sessionTTL": "1h"}}, set()),
        ({"files": {"quotaPerUser": "1Gi", "maxFileSize": "1Mi"}}, set()),
        ({"web": {"spa": False, "keepReleases": 1}}, set()),
        ({"collections": [{"name": "tasks"}]}, set()),
        ({"tls": {"mode": "Disabled"}}, set()),
        ({"suspend": True}, set()),
        ({"annotations": {"backpack.dev/restartedAt": "2026-01-01T00:00:00Z"}}, ALL),
        ({"annotations": {"team": "blue"}}, set()),
        ({"generation": 9}, set()),
        ({"imagePullSecrets": [{"name": "registry"}]}, ALL),
        ({"scheduling": {"redis": {"nodeSelector": {"disk": "ssd"}}}}, {"redis"}),
        ({"cache": {"resources": {"limits": {"memory": "1Gi"}}}}, {"redis"}),
    ],
)
def test_pods_are_restarted_only_for_what_they_cannot_be_told(
    make_backpack: Any, settings: Settings, fields: dict[str, Any], components: set[str]
) -> None:
    before = templates(make_backpack(), settings)
    assert restarted(before, templates(make_backpack(**fields), settings)) == components


def test_pods_are_restarted_for_the_credentials_that_they_are_given(
    plain: Backpack, settings: Settings
) -> None:
    before = templates(plain, settings)
    assert restarted(before, templates(plain, settings, **{"redis-password": "y"})) == {"api"}
    assert restarted(before, templates(plain, settings, **{"redis-users.acl": "y"})) == {"redis"}
    assert restarted(before, templates(plain, settings, **{"mongo-root-password": "y"})) == set()


@pytest.mark.parametrize(
    ("limit", "redis", "wired_tiger"),
    [("256Mi", "201326592", "0.25"), ("1Gi", "805306368", "0.38"), ("8Gi", "6442450944", "3.88")],
)
def test_the_stores_are_sized_by_their_memory_limits(
    make_backpack: Any, settings: Settings, limit: str, redis: str, wired_tiger: str
) -> None:
    resources = {"resources": {"limits": {"memory": limit}}}
    backpack = make_backpack(cache=resources, database=resources)
    mongo, cache, *_ = workloads(backpack, settings, "mongodb", CREDENTIALS)
    assert only_container(mongo)["args"] == [f"--wiredTigerCacheSizeGB={wired_tiger}"]
    command = only_container(cache)["command"]
    assert command[command.index("--maxmemory") + 1] == redis


def only_container(deployment: dict[str, Any]) -> dict[str, Any]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_of_mongodb_only_its_own_pod_is_given_the_administrators_password(
    full: Backpack, settings: Settings
) -> None:
    deployments = workloads(full, settings, "mongodb", CREDENTIALS)
    given = {
        body["metadata"]["name"]
        for body in deployments
        if "mongo-root-password" in str(body["spec"]["template"])
    }
    assert given == {"todo-mongo"}


@pytest.mark.parametrize(
    ("stores", "replicas"),
    [(True, [1, 1, 0, 0]), (False, [0, 0, 0, 0])],
)
def test_a_suspended_backpack_has_no_pods(
    make_backpack: Any, settings: Settings, stores: bool, replicas: list[int]
) -> None:
    resting = make_backpack(suspend=True, api={"replicas": 3}, web={"replicas": 2})
    bodies = workloads(resting, settings, "ferretdb", CREDENTIALS, stores=stores)
    assert [body["spec"]["replicas"] for body in bodies] == replicas


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
