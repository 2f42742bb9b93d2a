"""kill -9 of the operator after each single call of the API server, while a Backpack is
made, changed, upgraded, taken over and deleted: the next operator ends where the first
would have, with nothing orphaned, no credential changed and no second volume.

The operator runs in the test's own process, so that the walk is quick; some kills of the
real program are in `test_killed_process.py`.
"""

import pytest

from support.fault_stage import DATA, NAME, FaultStage
from support.kill_walk import End, Flow, KillWalk
from support.mortal_operator import MortalOperators
from support.operated_cluster import CHILDREN_OF_ONE, OperatedCluster
from support.sampling import sample

KILLS = 4
"""Of each flow, where it is sampled."""

CHANGE = {
    "hostname": "tasks",
    "deletionPolicy": "Delete",
    "tls": {"mode": "Disabled"},
    "web": {"replicas": 2},
    "cache": {"resources": {"limits": {"memory": "1Gi"}}},
    "auth": {"registration": "closed"},
}


def create(stage: FaultStage) -> None:
    stage.create()


def create_to_be_deleted(stage: FaultStage) -> None:
    stage.create(deletionPolicy="Delete", web={"replicas": 2})


def take_over(stage: FaultStage) -> None:
    """The data of the Backpack that was there before."""
    secret = stage.kept().secret
    assert secret is not None
    stage.create(adoptRetained=secret["metadata"]["annotations"]["backpack.dev/uid"])


FLOWS = {
    "creation": Flow(create_to_be_deleted),
    "update": Flow(lambda stage: stage.change(**CHANGE), before=(create,)),
    "upgrade": Flow(lambda _: None, before=(create,), settings={"image_api": "registry.test/core-api:2"}),
    "deletion": Flow(FaultStage.delete, before=(create_to_be_deleted,)),
    "deletion-keeping-data": Flow(FaultStage.delete, before=(create,)),
    "adoption": Flow(take_over, before=(create, FaultStage.delete)),
}
EXPECTED = {
    "creation": (CHILDREN_OF_ONE + 1, {NAME}),
    # One more budget; no redirect, which is a route and a middleware.
    "update": (CHILDREN_OF_ONE + 1 - 2, {"tasks"}),
    "upgrade": (CHILDREN_OF_ONE, {NAME}),
    "deletion": (0, set()),
    "deletion-keeping-data": (len(DATA), set()),
    "adoption": (CHILDREN_OF_ONE, {NAME}),
}


def check(name: str, end: End) -> None:
    """What the flow is for was done."""
    objects, hostnames = EXPECTED[name]
    assert (len(end.objects), end.hostnames) == (objects, hostnames)
    if name.startswith("deletion"):
        assert end.reasons is None
        assert end.objects in (frozenset(), DATA)
    else:
        assert end.reasons is not None
        assert end.reasons["Ready"] == "Available"
        assert end.reasons["Configured"] == "Taken"
        assert end.reasons["Degraded"] == "AsExpected"


@pytest.mark.parametrize("name", ["creation", "update", "deletion"])
async def test_some_of_them(name: str, quiet: OperatedCluster, operators: MortalOperators) -> None:
    walk = KillWalk(FLOWS[name], quiet, operators)
    calls, end = await walk.undisturbed()
    check(name, end)
    numbers, again = sample([call.number for call in calls if call.writes], KILLS)
    for number in numbers:
        try:
            await walk.kill_after(number, end)
        except AssertionError as error:
            error.add_note(f"killed after {calls[number - 1]} of {len(calls)}; {again}")
            raise


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", FLOWS)
async def test_all_of_them(name: str, quiet: OperatedCluster, operators: MortalOperators) -> None:
    walk = KillWalk(FLOWS[name], quiet, operators)
    calls, end = await walk.undisturbed()
    for call in calls:
        try:
            await walk.kill_after(call.number, end)
        except AssertionError as error:
            error.add_note(f"killed after {call} of {len(calls)}")
            raise
