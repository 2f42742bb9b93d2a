"""The chart takes what the schema describes, and says in a sentence what it doesn't."""

import json
from typing import Any

import pytest
import yaml

from backpack_images.lint_chart import CHART
from support.helm import Helm


def test_without_a_domain_it_says_what_to_set(helm: Helm) -> None:
    said = helm.refuse({"operator.domain": ""})

    assert "operator.domain is required" in said
    assert "operator.domain=apps.example.com" in said


def test_without_images_it_says_what_to_set(helm: Helm) -> None:
    said = helm.refuse({"images.registry": ""})

    assert "images.registry=registry.example.com/backpack" in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"operator.domian": "example.com"}, ["operator", "domian"]),
        ({"operatr": {}}, ["operatr"]),
        ({"operator.domain": "Example.com"}, ["operator.domain", "pattern"]),
        ({"operator.domain": "example.com:8080"}, ["operator.domain", "pattern"]),
        ({"operator.tls.mode": "Off"}, ["operator.tls.mode", "EntryPoint", "Disabled"]),
        ({"operator.https.port": 70000}, ["operator.https.port", "maximum"]),
        ({"operator.http.entryPoints": []}, ["operator.http.entryPoints"]),
        ({"operator.defaultEngine": "postgres"}, ["operator.defaultEngine", "mongodb", "ferretdb"]),
        ({"operator.workers": 0}, ["operator.workers", "1"]),
        ({"operator.upgrades.maxUnavailable": 0}, ["operator.upgrades.maxUnavailable"]),
        ({"operator.upgrades.maxUnavailable": "0%"}, ["operator.upgrades.maxUnavailable", "pattern"]),
        ({"operator.upgrades.maxUnavailable": "101%"}, ["operator.upgrades.maxUnavailable", "pattern"]),
        ({"operator.upgrades.timeoutSeconds": 0}, ["operator.upgrades.timeoutSeconds", "minimum"]),
        ({"operator.workers": "8"}, ["operator.workers", "integer"]),
        ({"operator.watchNamespaces": "apps"}, ["operator.watchNamespaces", "array"]),
        ({"operator.watchNamespaces": ["apps", "apps"]}, ["operator.watchNamespaces"]),
        ({"operator.logLevel": "loud"}, ["operator.logLevel", "warning"]),
        ({"images.pullPolicy": "Sometimes"}, ["images.pullPolicy", "IfNotPresent"]),
        ({"images.redis": ""}, ["images.redis", "pattern"]),
        ({"traefik.podLabels": {"app.kubernetes.io/name": None}}, ["traefik.podLabels"]),
        ({"traefik.addresses": ["10.0.0.1"]}, ["traefik.addresses", "pattern"]),
        ({"traefik.httpsAddress": "https://traefik"}, ["traefik.httpsAddress", "pattern"]),
        ({"dns.ports": [0]}, ["dns.ports"]),
        ({"dns.podLabels": {"a=b": "c"}}, ["dns.podLabels", "a=b"]),
        ({"operator.clusterDomain": ""}, ["operator.clusterDomain"]),
        ({"operator.affinity": {"podAfinity": {}}}, ["operator.affinity", "podAfinity"]),
        ({"operator.extraEnv": [{"value": "a"}]}, ["operator.extraEnv.0", "name"]),
        (
            {"operator.extraEnv": [{"name": "BACKPACK_OPERATOR_WORKERS", "value": "1"}]},
            ["operator.extraEnv.0"],
        ),
        ({"operator.extraVolumeMounts": [{"name": "a"}]}, ["operator.extraVolumeMounts", "mountPath"]),
        ({"metrics.monitors.interval": "30"}, ["metrics.monitors.interval", "pattern"]),
        ({"metrics.rules.runbooks": "docs/operations.md"}, ["metrics.rules.runbooks", "pattern"]),
        ({"metrics.rules.enabled": "yes"}, ["metrics.rules.enabled", "boolean"]),
        ({"metrics.dashboard.labels": {"grafana_dashboard": 1}}, ["metrics.dashboard.labels", "string"]),
        ({"operator.resources.request": {}}, ["operator.resources", "request"]),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_by_its_name(helm: Helm, settings: dict[str, Any], words: list[str]) -> None:
    said = helm.refuse(settings).replace("/", ".")

    for word in words:
        assert word in said, said


def test_every_value_is_described_in_the_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    def compare(value: Any, described: dict[str, Any], path: str) -> None:
        assert described.get("description") or path == "", f"{path} has no description"
        if not isinstance(value, dict) or "properties" not in described:
            return
        assert described.get("additionalProperties") is False, path
        for key, inner in value.items():
            assert key in described["properties"], f"{path}.{key} is not in the schema"
            compare(inner, described["properties"][key], f"{path}.{key}")
        optional = {"global", "nodeAffinity", "podAffinity", "podAntiAffinity"}
        missing = set(described["properties"]) - set(value) - optional
        assert not missing, f"values.yaml leaves out {path} {missing}"

    compare(values, schema, "")
