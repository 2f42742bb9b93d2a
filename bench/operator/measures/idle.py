"""A fleet in which nothing changes."""

import time
from dataclasses import dataclass

from bench.operator.measures.looking import Looks
from bench.operator.stage import Operator, Stage


@dataclass(frozen=True, slots=True)
class Idle:
    """`share`: of one core; memory in bytes."""

    seconds: float
    share: float
    written: int
    rss: int
    looks: Looks
    """The reconciles of that time: those of a full resync, if one fell into it."""


def measure(stage: Stage, operator: Operator, seconds: float) -> Idle:
    looks = Looks.read(operator)
    before, spent, start = stage.requests(), operator.cpu_seconds, time.perf_counter()
    time.sleep(seconds)
    spent, passed = operator.cpu_seconds - spent, time.perf_counter() - start
    return Idle(
        seconds=passed,
        share=spent / passed,
        written=stage.requests().since(before),
        rss=operator.rss,
        looks=Looks.read(operator).since(looks),
    )
