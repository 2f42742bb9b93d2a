"""A user who acts in the very moment between two calls of the operator: deletes a Backpack
that is being made, and changes his mind about the data of one that is being deleted."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from backpack_devcluster.errors import ApiRefused
from support.fault_stage import DATA, FaultStage
from support.mortal_operator import Call, MortalOperators
from support.operated_cluster import OperatedCluster
from support.sampling import sample

MOMENTS = 3
"""Of each race, where it is sampled."""


def before(number: int, act: Callable[[], object]) -> Callable[[Call], None]:
    """Do this before the call of that number is made."""

    def at(call: Call) -> None:
        if call.number == number:
            act()

    return at


async def rest(stage: FaultStage, operators: MortalOperators) -> None:
    """Whoever starts now finds nothing left to do."""
    stage.collect()
    async with operators.one(stage.settings()) as later:
        later.life.count()
        await later.start()
        assert [str(call) for call in later.life.calls if call.writes] == []


async def made_and_deleted(
    quiet: OperatedCluster, operators: MortalOperators, policy: str, number: int
) -> list[Call]:
    """Deleted before the call of that number; the calls that were made."""
    stage = FaultStage(quiet)
    async with operators.one(stage.settings()) as operator:
        await operator.start()
        operator.life.count(before=before(number, stage.delete))
        stage.create(deletionPolicy=policy)
        await operator.work()
        calls = operator.life.calls
        stage.collect()
        await operator.work()
    if number:
        assert stage.backpack() is None
        assert stage.claimed() == {}
        left = set(stage.objects())
        assert left == set() if policy == "Delete" else left <= DATA
        await rest(stage, operators)
    return calls


@pytest.mark.parametrize("policy", ["Delete", "Retain"])
async def test_one_that_is_deleted_while_it_is_made(
    quiet: OperatedCluster, operators: MortalOperators, policy: str
) -> None:
    calls = await made_and_deleted(quiet, operators, policy, 0)
    numbers, again = sample(range(1, len(calls) + 1), MOMENTS)
    for number in numbers:
        try:
            await made_and_deleted(quiet, operators, policy, number)
        except AssertionError as error:
            error.add_note(f"deleted before {calls[number - 1]}; {again}")
            raise


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("policy", ["Delete", "Retain"])
async def test_one_that_is_deleted_at_any_moment_while_it_is_made(
    quiet: OperatedCluster, operators: MortalOperators, policy: str
) -> None:
    for call in await made_and_deleted(quiet, operators, policy, 0):
        await made_and_deleted(quiet, operators, policy, call.number)


def decides(call: Call) -> bool:
    """Whether this is the write of the status that says the data is being deleted."""
    return call.writes and call.path.endswith("/status")


async def mind_changed(quiet: OperatedCluster, operators: MortalOperators, number: int) -> list[Call]:
    """Delete becomes Retain before the call of that number; the calls that were made."""
    stage = FaultStage(quiet)
    async with operators.one(stage.settings()) as operator:
        await operator.start()
        stage.create(deletionPolicy="Delete")
        await operator.work()
        stage.serve()
        await operator.work()
        data = stage.kept()

        def retain() -> None:
            with suppress(ApiRefused):  # where it is gone already
                stage.change(deletionPolicy="Retain")

        operator.life.count(before=before(number, retain))
        stage.delete()
        await operator.work()
        calls = operator.life.calls
        stage.collect()
        await operator.work()
    assert stage.backpack() is None
    assert stage.claimed() == {}
    left = set(stage.objects())
    earlier = calls[: number - 1] if number else calls
    if not any(map(decides, earlier)):
        assert left == DATA
        stage.assert_kept(data)
    else:
        # Too late; but what is left can be read: never a volume without its Secret.
        assert left <= DATA
        assert not left or "Secret todo-credentials" in left
    await rest(stage, operators)
    return calls


async def test_delete_that_becomes_retain_in_the_instant_of_a_deletion(
    quiet: OperatedCluster, operators: MortalOperators
) -> None:
    calls = await mind_changed(quiet, operators, 0)
    (decision,) = [call.number for call in calls if decides(call)]
    others, again = sample([call.number for call in calls if call.number != decision], MOMENTS)
    for number in (decision, *others):
        try:
            await mind_changed(quiet, operators, number)
        except AssertionError as error:
            error.add_note(f"changed before {calls[number - 1]}; {again}")
            raise


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_delete_that_becomes_retain_at_any_moment_of_a_deletion(
    quiet: OperatedCluster, operators: MortalOperators
) -> None:
    for call in await mind_changed(quiet, operators, 0):
        await mind_changed(quiet, operators, call.number)
