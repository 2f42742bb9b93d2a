"""What the chart says of its pods' health, of drains and of who goes first."""

from typing import Any

import pytest

from support.helm import Helm, find

PROGRAMS = ("operator", "dashboard", "dashboard-redis")


def pod(objects: list[dict[str, Any]], program: str) -> dict[str, Any]:
    spec: dict[str, Any] = find(objects, "Deployment", f"backpack-{program}")["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_container_has_all_three_probes_and_bounds(helm: Helm, program: str) -> None:
    for container in pod(helm.render(), program)["containers"]:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe].get("timeoutSeconds", 1) >= 1, probe
        assert container["resources"]["requests"]
        assert container["resources"]["limits"]["memory"]


def test_each_part_has_the_priority_it_is_given(helm: Helm) -> None:
    assert not any("priorityClassName" in pod(helm.render(), program) for program in PROGRAMS)
    objects = helm.render(
        {"operator.priorityClassName": "system-cluster-critical", "dashboard.priorityClassName": "low"}
    )
    assert [pod(objects, program)["priorityClassName"] for program in PROGRAMS] == [
        "system-cluster-critical",
        "low",
        "low",
    ]


def test_by_default_nothing_holds_up_a_drain(helm: Helm) -> None:
    assert "PodDisruptionBudget" not in {one["kind"] for one in helm.render()}


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"operator.disruptionBudget": True}, "backpack-operator"),
        ({"dashboard.replicas": 2}, "backpack-dashboard"),
    ],
    ids=str,
)
def test_a_budget_is_of_its_own_pods_and_lets_one_go(helm: Helm, settings: dict[str, Any], name: str) -> None:
    objects = helm.render(settings)
    budgets = [one for one in objects if one["kind"] == "PodDisruptionBudget"]
    assert [one["metadata"]["name"] for one in budgets] == [name]
    assert budgets[0]["spec"]["maxUnavailable"] == 1
    selected = budgets[0]["spec"]["selector"]["matchLabels"]
    assert selected == find(objects, "Deployment", name)["spec"]["selector"]["matchLabels"]


def test_without_a_dashboard_there_is_no_budget_of_it(helm: Helm) -> None:
    objects = helm.render({"dashboard.enabled": False, "dashboard.replicas": 2})
    assert "PodDisruptionBudget" not in {one["kind"] for one in objects}
