"""A paused Backpack: nothing is told but that it is paused."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import FINALIZER, Backpack
from backpack_operator.model.conditions import find
from backpack_operator.reconcile.pause import paused

NOW = "2026-02-02T00:00:00Z"
BEFORE = "2026-01-01T00:00:00Z"
Make = Callable[..., Backpack]


def status(*conditions: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "observedGeneration": 2,
        "url": "https://todo.example.com",
        "conditions": [
            {
                "type": kind,
                "status": value,
                "reason": reason,
                "message": "m",
                "observedGeneration": 2,
                "lastTransitionTime": BEFORE,
            }
            for kind, value, reason in conditions
        ],
    }


def test_only_progressing_is_told(make_backpack: Make) -> None:
    former = status(("Ready", "True", "Available"), ("Progressing", "True", "RollingOut"))
    backpack = make_backpack(former, paused=True)
    told = paused(backpack, NOW)
    assert [(item.type, item.reason) for item in told.conditions] == [
        ("Ready", "Available"),
        ("Progressing", "Paused"),
    ]
    assert told.conditions[0] == backpack.status.conditions[0]
    assert (told.observed_generation, told.url) == (2, "https://todo.example.com")


def test_it_is_told_once(make_backpack: Make) -> None:
    first = paused(make_backpack(status(("Ready", "True", "Available")), paused=True), NOW)
    again = make_backpack({"observedGeneration": 2, **first.to_dict()}, paused=True)
    assert paused(again, "2026-03-03T00:00:00Z") == again.status


def test_of_a_new_one_ready_is_told_too(make_backpack: Make) -> None:
    told = paused(make_backpack(paused=True), NOW)
    ready = find(told.conditions, "Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("False", "Paused")
    assert told.observed_generation is None


@pytest.mark.parametrize(("finalizers", "waits"), [([FINALIZER], True), (["other"], False)])
def test_a_deletion_with_its_data_waits(make_backpack: Make, finalizers: list[str], waits: bool) -> None:
    told = paused(make_backpack(paused=True, deleting=True, finalizers=finalizers), NOW)
    progressing = find(told.conditions, "Progressing")
    assert progressing is not None
    assert ("goes with its data" in progressing.message) is waits
