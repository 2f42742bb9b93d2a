"""A condition counts only if it is of the present generation."""

from backpack_dev.system import condition


def backpack(generation: int, observed: int) -> dict[str, object]:
    ready = {"type": "Ready", "status": "True"}
    return {
        "metadata": {"name": "todo", "generation": generation},
        "status": {"observedGeneration": observed, "conditions": [ready]},
    }


def test_a_condition_of_the_present_generation_counts() -> None:
    assert condition(backpack(2, 2), "Ready")["status"] == "True"


def test_a_condition_of_an_older_generation_does_not() -> None:
    assert condition(backpack(2, 1), "Ready") == {}


def test_a_backpack_that_nobody_has_seen_has_none() -> None:
    assert condition({"metadata": {"name": "todo", "generation": 1}}, "Ready") == {}
