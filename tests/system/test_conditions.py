"""A condition counts only if it is of the present generation, and of the present image."""

from typing import Any

import pytest

from backpack_dev.examples import condition, lacking


def backpack(generation: int, observed: int, image: str = "core-api:2", **conditions: str) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True"}
    others = [
        {"type": name, "status": "False", "reason": reason, "message": "Wait."}
        if reason != "True"
        else {"type": name, "status": "True"}
        for name, reason in conditions.items()
    ]
    return {
        "metadata": {"name": "todo", "generation": generation},
        "status": {
            "observedGeneration": observed,
            "conditions": [ready, *others],
            "runtime": {"images": {"api": image}},
        },
    }


def test_a_condition_of_the_present_generation_counts() -> None:
    assert condition(backpack(2, 2), "Ready")["status"] == "True"


def test_a_condition_of_an_older_generation_does_not() -> None:
    assert condition(backpack(2, 1), "Ready") == {}


def test_a_backpack_that_nobody_has_seen_has_none() -> None:
    assert condition({"metadata": {"name": "todo", "generation": 1}}, "Ready") == {}


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (backpack(2, 2, UpToDate="True"), None),
        (backpack(2, 1, UpToDate="True"), "not seen by the operator yet"),
        (backpack(2, 2, UpToDate="WaitingForWave"), "WaitingForWave: Wait."),
        (backpack(2, 2, "core-api:1", UpToDate="True"), "not seen by the operator yet"),
        (backpack(2, 2), "not seen by the operator yet"),
    ],
)
def test_the_example_is_waited_for_until_it_runs_what_was_built(
    found: dict[str, Any], wanted: str | None
) -> None:
    assert lacking(found, "core-api:2") == wanted
