"""Plays a flow with an operator that is killed after one of its calls, and has the next one
end it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.fault_stage import FaultStage
from support.mortal_operator import Call, Killed, MortalOperator, MortalOperators
from support.operated_cluster import OperatedCluster

Act = Callable[[FaultStage], object]


@dataclass(frozen=True)
class Flow:
    """`before`: what a user did long ago, in steps that were each carried out; `act`: what
    he does now. `settings`: of the operator that is killed, and of those after it, where they
    differ from those before."""

    act: Act
    before: tuple[Act, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class End:
    """What there is when everything is done: the names of all objects, the hostnames that
    are claimed, and the reason of each condition, None without a Backpack."""

    objects: frozenset[str]
    hostnames: frozenset[str]
    reasons: dict[str, str] | None

    @classmethod
    def of(cls, stage: FaultStage) -> "End":
        body = stage.backpack()
        claimed = stage.claimed()
        if body is not None:
            assert set(claimed.values()) <= {body["metadata"]["uid"]}, "a claim is a stranger's"
        reasons = stage.reasons() if body is not None else None
        return cls(frozenset(stage.objects()), frozenset(claimed), reasons)


@dataclass(frozen=True)
class KillWalk:
    """One flow on one API server, each time in namespaces of its own."""

    flow: Flow
    cluster: OperatedCluster
    operators: MortalOperators

    async def undisturbed(self) -> tuple[list[Call], End]:
        """The calls of an operator that nobody kills, and what comes of them."""
        return await self._play(None, None)

    async def kill_after(self, number: int, expected: End) -> None:
        """Kill the operator after that call, have another one go on, and compare."""
        await self._play(number, expected)

    async def _play(self, number: int | None, expected: End | None) -> tuple[list[Call], End]:
        stage = FaultStage(self.cluster)
        for step in self.flow.before:
            await self._step(stage, step)
        prepared = stage.kept()
        async with self.operators.one(stage.settings(**self.flow.settings)) as first:
            if not self.flow.settings:
                await first.start()
            first.life.count(ends_after=number)
            self.flow.act(stage)
            await _until_killed(stage, first)
        calls = first.life.calls
        assert first.life.over is (number is not None), f"it made {len(calls)} calls only"
        died = stage.kept()
        stage.serve()
        stage.collect()
        async with self.operators.one(stage.settings(**self.flow.settings)) as second:
            await second.start()
            stage.serve()
            await second.work()
            stage.collect()
            await second.work()
            end = End.of(stage)
            if expected is not None:
                assert end == expected
            if any(name.startswith("Secret ") for name in end.objects):
                stage.assert_kept(prepared)
                stage.assert_kept(died)
            second.life.count()
            await second.look()
            assert [str(call) for call in second.life.calls if call.writes] == [], "it writes again"
        return calls, end

    async def _step(self, stage: FaultStage, step: Act) -> None:
        async with self.operators.one(stage.settings()) as operator:
            await operator.start()
            step(stage)
            await operator.work()
            stage.serve()
            await operator.work()
            stage.collect()
            await operator.work()


async def _until_killed(stage: FaultStage, operator: MortalOperator) -> None:
    """Or until it has nothing left to do."""
    try:
        if not operator.started:
            await operator.start()
        await operator.work()
        stage.serve()
        await operator.work()
    except Killed:
        assert operator.life.over
