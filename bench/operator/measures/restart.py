"""An operator that is started beside a fleet that is as it should be."""

import time
from dataclasses import dataclass

from bench.operator.measures.settling import wait_at_work
from bench.operator.stage import Operator, Stage


@dataclass(frozen=True, slots=True)
class Restart:
    """`seconds`: until every Backpack has been reconciled; memory in bytes."""

    seconds: float
    cpu_seconds: float
    written: int
    rss: int
    peak_rss: int


def measure(stage: Stage, operator: Operator) -> Restart:
    operator.running.stop()
    before = stage.requests()
    start = time.perf_counter()
    operator.running.start()
    wait_at_work(operator)
    seconds = time.perf_counter() - start
    return Restart(
        seconds=seconds,
        cpu_seconds=operator.cpu_seconds,
        written=stage.requests().since(before),
        rss=operator.rss,
        peak_rss=operator.peak_rss,
    )
