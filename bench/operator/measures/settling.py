"""Waiting for a fleet and its operator to come to rest."""

import asyncio
from collections.abc import Callable

from bench.operator import kubelet
from bench.operator.stage import Operator, Stage, connect
from support.waiting import eventually

PATIENCE = 1800.0
"""Seconds. Whatever takes longer has failed."""


def wait(condition: Callable[[], object], what: str, every: float = 0.5) -> None:
    eventually(condition, within=PATIENCE, every=every, what=what)


def wait_at_work(operator: Operator) -> None:
    """Until all Backpacks have been reconciled since the operator was started."""
    known = len(operator.stage.fleet)

    def reconciled() -> bool:
        numbers = operator.running.metrics()
        seen = sum(value for name, value in numbers.items() if "reconcile_seconds_count" in name)
        return seen >= known and _rests(numbers)

    # Each answer tells of every Backpack, which takes the operator's time.
    wait(reconciled, "every Backpack is reconciled", every=max(0.5, known / 2000))


def wait_at_rest(operator: Operator) -> None:
    """Until nothing waits, and nothing more is written."""

    def rests() -> bool:
        before = operator.running.writes()
        eventually(lambda: _rests(operator.running.metrics()), within=PATIENCE, every=0.5)
        return operator.running.writes() == before

    wait(rests, "the operator rests", every=2.0)


def make_ready(stage: Stage, operator: Operator) -> None:
    """Until every Backpack is Ready, its API has its configuration, and nothing waits."""

    async def play() -> None:
        async with connect(stage.admin) as client:
            await kubelet.play(client, *dict.fromkeys(key.namespace for key in stage.fleet))

    def ready() -> bool:
        asyncio.run(play())
        numbers = operator.running.metrics()
        return numbers['backpack_operator_backpacks{ready="True"}'] == len(stage.fleet)

    wait(ready, "every Backpack is Ready", every=1.0)
    wait_at_rest(operator)


def _rests(numbers: dict[str, float]) -> bool:
    return (
        numbers["backpack_operator_queue_depth"] == 0
        and numbers["backpack_operator_configurations_waiting"] == 0
    )
