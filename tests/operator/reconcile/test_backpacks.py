"""What the metrics say of each Backpack, from the conditions that stand in its status."""

from typing import Any

import pytest

from backpack_operator.metrics import Metrics
from backpack_operator.reconcile.backpacks import Backpacks


def backpacks(**statuses: Any) -> Backpacks:
    """One Backpack for each keyword, with `type=(status, reason)` as its conditions."""
    result = Backpacks()
    for name, conditions in statuses.items():
        metadata = {"namespace": "apps", "name": name, "uid": name, "resourceVersion": "1"}
        written = [
            {"type": kind, "status": status, "reason": reason, "message": ""}
            for kind, (status, reason) in conditions.items()
        ]
        result.seen({"metadata": metadata, "status": {"conditions": written}})
    return result


@pytest.mark.parametrize(
    ("conditions", "failing"),
    [
        ({}, (("Ready", ""),)),
        ({"Ready": ("True", "Available"), "Degraded": ("False", "AsExpected")}, ()),
        ({"Ready": ("False", "Starting")}, (("Ready", "Starting"),)),
        ({"Ready": ("False", "DeletingData")}, (("Ready", "DeletingData"),)),
        ({"Ready": ("False", "Suspended")}, ()),
        ({"Ready": ("False", "Paused")}, ()),
        ({"Ready": ("True", "Available"), "Degraded": ("True", "X")}, (("Degraded", "X"),)),
        ({"Ready": ("False", "A"), "Degraded": ("True", "X")}, (("Ready", "A"), ("Degraded", "X"))),
    ],
    ids=str,
)
def test_failing_is_what_somebody_has_to_do_something_about(
    conditions: dict[str, tuple[str, str]], failing: tuple[tuple[str, str], ...]
) -> None:
    (summary,) = backpacks(todo=conditions).summaries()

    assert summary.failing == failing


def test_one_that_is_paused_fails_nobody_whatever_was_said_of_it_before() -> None:
    known = backpacks(todo={"Ready": ("False", "A"), "Degraded": ("True", "UpgradeFailed")})
    metadata = {"namespace": "apps", "name": "todo", "uid": "todo", "resourceVersion": "2"}
    written = [{"type": "Ready", "status": "False", "reason": "A", "message": ""}]
    known.seen({"metadata": metadata, "spec": {"paused": True}, "status": {"conditions": written}})
    (summary,) = known.summaries()

    assert (summary.ready, summary.failing) == ("False", ())


def test_prometheus_is_told_how_many_there_are_why_and_which() -> None:
    metrics = Metrics()
    known = backpacks(
        one={"Ready": ("True", "Available")},
        two={"Ready": ("False", "HostnameTaken")},
        three={"Ready": ("False", "HostnameTaken"), "Degraded": ("True", "NameConflict")},
        four={},
    )
    metrics.gauges((("queue_depth", "Waiting.", lambda: 3),), known.summaries)
    text = metrics.text().decode()

    assert "backpack_operator_queue_depth 3.0" in text
    assert 'backpack_operator_backpacks{ready="True"} 1.0' in text
    assert 'backpack_operator_backpacks{ready="False"} 2.0' in text
    assert 'backpack_operator_backpacks{ready="Unknown"} 1.0' in text
    assert 'backpacks_by_reason{ready="False",reason="HostnameTaken"} 2.0' in text
    for name, condition, reason in (
        ("two", "Ready", "HostnameTaken"),
        ("three", "Degraded", "NameConflict"),
        ("four", "Ready", ""),
    ):
        labels = f'backpack_name="{name}",backpack_namespace="apps",condition="{condition}",reason="{reason}"'
        assert f"backpack_operator_backpack_failing{{{labels}}} 1.0" in text
    assert 'backpack_name="one"' not in text
