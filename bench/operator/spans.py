"""How long something took, and what it took of the machine: on one that has other work
besides, processor time is what can be compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from backpack_devcluster import processes
from backpack_devcluster.plane import API_SERVER, ETCD, ControlPlane


@dataclass(frozen=True, slots=True)
class Span:
    """In seconds. `own`: the processor time of who asks; `servers`: that of the API server
    and etcd."""

    seconds: float
    own: float
    servers: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s (processor: own {self.own:.1f}, API server and etcd {self.servers:.1f})"


def cpu_seconds(pid: int | None = None) -> float:
    """Of a process, or of this one."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def begin(plane: ControlPlane, pid: int | None = None) -> Callable[[], Span]:
    """Answers a function that ends the span. `pid`: who asks, this process by default."""
    servers = [
        identity.pid for name in (ETCD, API_SERVER) if (identity := processes.running(plane.directory, name))
    ]

    def spent() -> tuple[float, float, float]:
        return time.perf_counter(), cpu_seconds(pid), sum(map(cpu_seconds, servers))

    before = spent()

    def end() -> Span:
        return Span(*(after - former for after, former in zip(spent(), before, strict=True)))

    return end
