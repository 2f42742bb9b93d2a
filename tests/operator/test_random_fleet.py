"""Whatever happens to a fleet, and however often the operator is killed meanwhile, no
hostname has two holders, no credential changes, and in the end every Backpack has exactly
its children, and of those that are gone only the data is left which they asked to keep."""

import time

import pytest

from support.operated_cluster import Operated
from support.random_fleet import RandomFleet
from support.sampling import seed
from support.waiting import eventually


@pytest.mark.parametrize(
    ("names", "steps", "pause"),
    [
        pytest.param(4, 30, 0.1, id="sampled"),
        pytest.param(25, 800, 0.35, id="whole", marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_a_fleet_comes_to_rest_whatever_happens(
    operated: Operated, names: int, steps: int, pause: float
) -> None:
    chosen = seed()
    fleet = RandomFleet(operated, chosen, names)
    try:
        for _ in range(steps):
            fleet.step()
            # The operator is to be met at every stage of its work.
            time.sleep(fleet.random.expovariate(1 / pause))
        if not fleet.running:
            fleet.kill_or_start()
        eventually(lambda: fleet.check_rest() is None, within=120, every=1.0, what="the fleet is at rest")
    except AssertionError as error:
        done = "\n".join(fleet.told)
        raise AssertionError(f"TEST_SEED={chosen}\n{done}\n{error}") from error
