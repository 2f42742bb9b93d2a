"""What the chart has for Prometheus and Grafana speaks of metrics that exist."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from backpack_images.lint_chart import CHART
from backpack_operator.reconcile.reconciler import Outcome
from support.control_plane import control_plane
from support.core_api import CoreApi
from support.ferretdb import FerretDB, ferretdb
from support.helm import Helm, find
from support.operated_cluster import OperatedCluster
from support.redis import Redis, redis

__all__ = ["control_plane", "ferretdb", "redis"]

DOCS = Path(__file__).parents[2] / "docs"
ALERTS = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((CHART / "files" / "grafana-dashboard.json").read_text())
EVERYTHING = {f"metrics.{part}.enabled": True for part in ("monitors", "rules", "dashboard")}

_NOT_NAMES = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)'
)
_WORDS = {"and", "or", "unless", "bool", "offset"}


def metrics_of(expression: str) -> set[str]:
    """The names of the metrics in a PromQL expression."""
    bare = _NOT_NAMES.sub(" ", expression)
    return set(re.findall(r"\b[a-zA-Z_:][\w:]*\b(?!\s*\()", bare)) - _WORDS


def exposed(url: str) -> set[str]:
    """The names of all series that a program may show, also of those that have no value yet."""
    names = set()
    for family in text_string_to_metric_families(httpx.get(f"{url}/metrics", trust_env=False).text):
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        names |= {f"{family.name}{ending}" for ending in endings.get(family.type, ("",))}
    return names


def expressions() -> set[str]:
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    return {*shown, *(rule["expr"] for rule in RULES)}


USED = {name for expression in expressions() for name in metrics_of(expression)}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('sum by (le, a) (rate(x_bucket{b="c"}[5m])) > 1', {"x_bucket"}),
        ("a / on (b) group_left (c) d unless e", {"a", "d", "e"}),
        ("absent(a) or vector(0)", {"a"}),
        ("a:b offset 5m", {"a:b", "5m"} - {"5m"}),
    ],
)
def test_metrics_are_found_in_an_expression(expression: str, names: set[str]) -> None:
    assert metrics_of(expression) - {"m"} == names


def test_the_operator_has_the_metrics_of_the_alerts_and_the_dashboard(
    control_plane: Any, tmp_path: Path
) -> None:
    with OperatedCluster(control_plane) as cluster:
        cluster.install()
        own, watched = cluster.namespace("system"), cluster.namespace("apps")
        with cluster.operator(tmp_path, own, watched) as operator:
            shown = exposed(operator.url)
    wanted = {name for name in USED if name.startswith("backpack_operator_")}
    assert len(wanted) > 5
    assert wanted <= shown


@pytest.mark.timeout(120)
def test_the_api_has_the_other_ones(ferretdb: FerretDB, redis: Redis, tmp_path: Path) -> None:
    api = CoreApi(tmp_path / "api", ferretdb, redis, redis_database=5)
    api.start()
    try:
        shown = exposed(api.admin)
    finally:
        api.stop()
        api.close_clients()
    wanted = {name for name in USED if not name.startswith("backpack_operator_")}
    assert len(wanted) > 5
    assert wanted <= shown


def test_outcomes_that_rules_name_are_outcomes() -> None:
    named = {name for e in expressions() for name in re.findall(r'outcome="([^"]*)"', e)}
    assert named
    assert named <= set(Outcome)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_has_a_runbook(rule: dict[str, Any]) -> None:
    text = (DOCS / "operations.md").read_text()
    heading = f"### {rule['alert']}\n"

    assert text.count(heading) == 1
    assert len(text.partition(heading)[2].partition("\n### ")[0]) > 100
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert set(rule["annotations"]) == {"summary", "description"}


def test_no_runbook_is_left_of_an_alert_that_is_gone() -> None:
    runbooks = (DOCS / "operations.md").read_text().partition("## Runbooks")[2].partition("\n## ")[0]
    assert set(re.findall(r"^### (\w+)$", runbooks, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_an_alert_names_its_runbook_and_links_to_it_where_it_is_published(helm: Helm) -> None:
    def annotations(**settings: str) -> dict[str, str]:
        given = {f"metrics.rules.{key}": value for key, value in settings.items()}
        rules = find(helm.render({**EVERYTHING, **given}), "PrometheusRule", "backpack")
        first: dict[str, str] = rules["spec"]["groups"][0]["rules"][0]["annotations"]
        return first

    assert annotations()["runbook"] == "docs/operations.md#backpackoperatordown"
    assert "runbook_url" not in annotations()
    base = "https://docs.example.com/operations.html"
    assert annotations(runbooks=base)["runbook_url"] == f"{base}#backpackoperatordown"


def test_the_templates_of_prometheus_come_through_helm_as_they_are(helm: Helm) -> None:
    rules = find(helm.render(EVERYTHING), "PrometheusRule", "backpack")["spec"]["groups"]
    for group, written in zip(rules, ALERTS["groups"], strict=True):
        for rule, original in zip(group["rules"], written["rules"], strict=True):
            assert rule["expr"] == original["expr"]
            assert original["annotations"].items() <= rule["annotations"].items()


def test_by_default_nothing_needs_the_prometheus_operator(helm: Helm) -> None:
    objects = helm.render()

    assert not [o for o in objects if o["apiVersion"].startswith("monitoring.coreos.com")]
    assert not [o for o in objects if o["metadata"]["name"].endswith("grafana")]


def test_the_monitors_find_the_operator_s_service_and_every_api(helm: Helm) -> None:
    objects = helm.render(EVERYTHING)
    service = find(objects, "Service", "backpack-operator-metrics")
    operator = find(objects, "ServiceMonitor", "backpack-operator")["spec"]
    apis = find(objects, "PodMonitor", "backpack-apis")["spec"]

    assert operator["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert operator["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    assert apis["namespaceSelector"] == {"any": True}
    watching = helm.render({**EVERYTHING, "operator.watchNamespaces": ["apps"]})
    assert find(watching, "PodMonitor", "backpack-apis")["spec"]["namespaceSelector"] == {
        "matchNames": ["apps"]
    }


def test_the_pod_monitor_meets_what_the_operator_makes() -> None:
    golden = Path(__file__).parents[1] / "operator" / "specs" / "golden" / "plain.yaml"
    children = [child for child in yaml.safe_load_all(golden.read_text()) if child]
    children = children[0] if isinstance(children[0], list) else children
    (api,) = [c for c in children if c["kind"] == "Deployment" and c["metadata"]["name"].endswith("-api")]
    template = api["spec"]["template"]
    text = (CHART / "templates" / "metrics" / "monitors.yaml").read_text()

    for key in ("app.kubernetes.io/managed-by", "app.kubernetes.io/component"):
        assert f"{key}: {template['metadata']['labels'][key]}" in text
    ports = [port["name"] for port in template["spec"]["containers"][0]["ports"]]
    assert "admin" in ports
    assert "port: admin" in text


def test_grafana_finds_the_dashboard(helm: Helm) -> None:
    rendered = find(helm.render(EVERYTHING), "ConfigMap", "backpack-grafana")

    assert rendered["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(rendered["data"]["backpack.json"]) == DASHBOARD
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
