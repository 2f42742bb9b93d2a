"""Reconciles that find nothing to do."""

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from backpack_operator.model.kinds import BACKPACK
from bench.operator.measures.settling import wait
from bench.operator.stage import Operator, Stage, connect

_EVERY = 0.05
"""Seconds from one to the next: each by itself, as in a fleet's everyday life."""
_BUCKET = re.compile(r'backpack_operator_reconcile_seconds_bucket\{le="(?P<le>[^"]+)",outcome="done"\}')
_NAME = 'backpack_operator_reconcile_seconds_{}{{outcome="done"}}'


@dataclass(frozen=True, slots=True)
class Looks:
    """The operator's own histogram of reconciles that were done. `buckets`: upper bound in
    seconds -> how many took at most that."""

    count: int
    total: float
    buckets: Mapping[float, int]

    @classmethod
    def read(cls, operator: Operator) -> "Looks":
        numbers = operator.running.metrics()
        found = {
            match["le"]: int(value) for name, value in numbers.items() if (match := _BUCKET.fullmatch(name))
        }
        buckets = {float(bound): count for bound, count in found.items()}
        return cls(int(numbers[_NAME.format("count")]), numbers[_NAME.format("sum")], buckets)

    def since(self, before: "Looks") -> "Looks":
        buckets = {bound: count - before.buckets[bound] for bound, count in self.buckets.items()}
        return Looks(self.count - before.count, self.total - before.total, buckets)

    @property
    def mean(self) -> float:
        """Seconds."""
        return self.total / self.count if self.count else 0.0

    def quantile(self, part: float) -> float:
        """Seconds, between the bounds of its bucket as Prometheus' `histogram_quantile` has it."""
        rank, below, counted = part * self.count, 0.0, 0
        for bound, count in sorted(self.buckets.items()):
            if count >= rank and count > counted:
                if bound == float("inf"):
                    return below
                return below + (bound - below) * (rank - counted) / (count - counted)
            below, counted = bound, count
        return 0.0


def measure(stage: Stage, operator: Operator, looks: int) -> Looks:
    """Has Backpacks looked at whose change means nothing: an annotation of somebody's."""
    before = Looks.read(operator)

    async def touch() -> None:
        async with connect(stage.admin) as client:
            for number in range(looks):
                key = random.choice(stage.fleet)
                note = {"metadata": {"annotations": {"example.test/note": str(number)}}}
                await client.patch(BACKPACK, key.namespace, key.name, note)
                await asyncio.sleep(_EVERY)

    asyncio.run(touch())

    def looked() -> bool:
        # Of two changes of one that come at once, one reconcile sees both.
        return Looks.read(operator).since(before).count >= looks * 0.9

    wait(looked, "every change is looked at")
    return Looks.read(operator).since(before)
