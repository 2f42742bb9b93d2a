"""The objects that the chart makes agree with the programs and definitions they are for."""

from typing import Any

import pytest
import yaml

from backpack_contract.resources import RUN_AS
from backpack_contract.version import VERSION
from backpack_images.lint_chart import CHART
from backpack_images.parts import REPOSITORY
from backpack_operator import rbac
from backpack_operator.settings import PREFIX, Settings
from support.helm import Helm, environment, find

CRDS = [yaml.safe_load(file.read_text()) for file in sorted((REPOSITORY / "crds").glob("*.yaml"))]


def test_the_chart_has_the_version_of_the_source_tree() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert chart["version"] == chart["appVersion"] == VERSION


@pytest.mark.parametrize("definition", CRDS, ids=lambda definition: definition["metadata"]["name"])
def test_the_definitions_are_those_of_the_repository_and_outlive_the_release(
    helm: Helm, definition: dict[str, Any]
) -> None:
    rendered = find(helm.render(), "CustomResourceDefinition", definition["metadata"]["name"])

    assert rendered["spec"] == definition["spec"]
    assert rendered["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_the_definitions_can_be_left_to_somebody_else(helm: Helm) -> None:
    kinds = {o["kind"] for o in helm.render({"crds.install": False})}

    assert "CustomResourceDefinition" not in kinds
    assert "Deployment" in kinds


def test_the_operator_understands_every_variable_it_is_given(
    helm: Helm, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment(helm.render({}, f"--values={CHART / 'ci' / 'full-values.yaml'}"))
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}

    assert set(given) - known == {"HTTPS_PROXY"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings(namespace="system")
    assert settings.domain == "example.com"
    assert settings.public_https_port == 8443
    assert settings.https_entry_points == ("websecure", "internal")
    assert (settings.public_http_port, settings.http_entry_points) == (8080, ("web", "plain"))
    assert (settings.tls_mode, settings.tls_resolver, settings.tls_redirect) == (
        "Resolver",
        "letsencrypt",
        False,
    )
    assert settings.watch_namespaces == ("apps", "shop")
    assert settings.storage_class == "fast"
    assert (settings.upgrade_max_unavailable, settings.upgrade_timeout_seconds) == ("3", 120)
    assert settings.image_api == f"registry.example.com/backpack/core-api:{VERSION}"
    assert settings.traefik_pod_labels == {"app.kubernetes.io/name": "traefik"}
    assert settings.version == VERSION


def test_by_default_the_operator_has_its_own_defaults(helm: Helm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(helm.render()).items():
        monkeypatch.setenv(name, value)
    settings = Settings(namespace="system")

    set_by_the_chart = {"image_api", "image_web", "image_redis", "image_ferretdb", "image_mongodb"}
    set_by_the_chart |= {"domain", "namespace", "operator_pod_labels"}
    for name, field in Settings.model_fields.items():
        if name not in set_by_the_chart:
            assert getattr(settings, name) == field.default, name


def test_the_policies_of_backpacks_find_the_operator_s_pod(
    helm: Helm, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = helm.render()
    for name, value in environment(objects).items():
        monkeypatch.setenv(name, value)
    pod = find(objects, "Deployment", "backpack-operator")["spec"]["template"]["metadata"]["labels"]

    assert Settings(namespace="system").operator_pod_labels.items() <= pod.items()


@pytest.mark.parametrize("kind", ["Deployment", "Pod"])
def test_its_pods_pass_pod_security_restricted(helm: Helm, kind: str) -> None:
    for found in (o for o in helm.render() if o["kind"] == kind):
        pod = found["spec"]["template"]["spec"] if kind == "Deployment" else found["spec"]
        check_restricted(pod)
        # Of an operator nothing is kept; a Redis has its users and a place for scratch.
        assert ("volumes" in pod) == found["metadata"]["name"].endswith("-redis")


def check_restricted(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == RUN_AS
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_one_operator_at_a_time(helm: Helm) -> None:
    spec = find(helm.render(), "Deployment", "backpack-operator")["spec"]

    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def rules(*expected: rbac.Rule) -> list[dict[str, list[str]]]:
    return [rule.to_dict() for rule in expected]


def test_the_operator_has_exactly_the_rights_it_uses(helm: Helm) -> None:
    objects = helm.render()

    everywhere = find(objects, "ClusterRole", "backpack-operator")
    own = find(objects, "Role", "backpack-operator-own")
    assert everywhere["rules"] == rules(*rbac.BACKPACK_RULES, *rbac.CLUSTER_RULES)
    assert own["rules"] == rules(*rbac.OWN_RULES)
    assert own["metadata"]["namespace"] == "system"


def test_with_watched_namespaces_it_has_no_right_in_the_cluster(helm: Helm) -> None:
    objects = helm.render({"operator.watchNamespaces": ["apps", "shop"]})

    assert not [o for o in objects if o["kind"].startswith("ClusterRole")]
    roles = [o for o in objects if o["kind"] == "Role" and o["metadata"]["name"] == "backpack-operator"]
    assert {role["metadata"]["namespace"] for role in roles} == {"apps", "shop"}
    for role in roles:
        assert role["rules"] == rules(*rbac.BACKPACK_RULES)


@pytest.mark.parametrize("namespaces", [[], ["apps"]], ids=str)
def test_every_role_is_bound_to_its_program_s_account(helm: Helm, namespaces: list[str]) -> None:
    objects = helm.render({"operator.watchNamespaces": namespaces})
    for program in ("operator", "dashboard"):
        own = [o for o in objects if o["metadata"]["labels"].get("app.kubernetes.io/component") == program]
        check_bound(own, f"backpack-{program}")


def check_bound(objects: list[dict[str, Any]], deployment: str) -> None:
    account = find(objects, "Deployment", deployment)["spec"]["template"]["spec"]["serviceAccountName"]
    find(objects, "ServiceAccount", account)

    for kind in ("Role", "ClusterRole"):
        granted = {
            (o["metadata"]["name"], o["metadata"].get("namespace")) for o in objects if o["kind"] == kind
        }
        bindings = [o for o in objects if o["kind"] == f"{kind}Binding"]
        bound = {(o["roleRef"]["name"], o["metadata"].get("namespace")) for o in bindings}
        assert bound == granted
        for binding in bindings:
            assert binding["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": "system"}]


def test_the_metrics_service_finds_the_operator_s_pod(helm: Helm) -> None:
    objects = helm.render()
    service = find(objects, "Service", "backpack-operator-metrics")["spec"]
    template = find(objects, "Deployment", "backpack-operator")["spec"]["template"]

    assert service["selector"].items() <= template["metadata"]["labels"].items()
    (container,) = template["spec"]["containers"]
    assert service["ports"][0]["targetPort"] in [port["name"] for port in container["ports"]]


def test_the_operator_s_pod_goes_where_it_is_told_to(helm: Helm) -> None:
    affinity = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
    settings = {
        "operator.nodeSelector": {"disk": "fast"},
        "operator.tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "operator.affinity": affinity,
        "operator.priorityClassName": "high",
        "images.pullSecrets": ["registry"],
    }
    objects = helm.render(settings)
    pod = find(objects, "Deployment", "backpack-operator")["spec"]["template"]["spec"]

    assert pod["nodeSelector"] == {"disk": "fast"}
    assert pod["tolerations"] == [{"key": "dedicated", "operator": "Exists"}]
    assert pod["affinity"] == affinity
    assert pod["priorityClassName"] == "high"
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    test = find(objects, "Pod", "backpack-operator-test")["spec"]
    for key in ("nodeSelector", "tolerations", "imagePullSecrets"):
        assert test[key] == pod[key]


def test_further_variables_come_after_the_chart_s_own(helm: Helm) -> None:
    extra = [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}]
    (container,) = find(helm.render({"operator.extraEnv": extra}), "Deployment", "backpack-operator")["spec"][
        "template"
    ]["spec"]["containers"]

    assert container["env"][-1:] == extra


def test_the_service_does_not_take_the_test_for_the_operator(helm: Helm) -> None:
    objects = helm.render()
    selector = find(objects, "Service", "backpack-operator-metrics")["spec"]["selector"]
    pod = find(objects, "Pod", "backpack-operator-test")

    assert not selector.items() <= pod["metadata"]["labels"].items()
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    url = pod["spec"]["containers"][0]["command"][-1]
    assert url == "http://backpack-operator-metrics.system.svc.cluster.local:8080/readyz"


def test_no_object_is_left_without_its_labels(helm: Helm) -> None:
    for rendered in helm.render():
        labels = rendered["metadata"]["labels"]
        assert labels["app.kubernetes.io/part-of"] == "backpack"
        assert labels["app.kubernetes.io/version"] == VERSION
