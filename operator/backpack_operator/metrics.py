"""What the operator tells Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client import Counter as Total
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_PREFIX = "backpack_operator"


class Metrics:
    """One set for each operator, so that tests can have several in a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.reconcile_seconds = Histogram(
            f"{_PREFIX}_reconcile_seconds",
            "How long one reconcile took, by outcome.",
            ["outcome"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self.api_requests = Total(
            f"{_PREFIX}_api_requests",
            "Requests of the reconciler to the API server, by method and status (informer not counted).",
            ["method", "status"],
            registry=self.registry,
        )

    def count_request(self, method: str, _path: str, status: int) -> None:
        self.api_requests.labels(method, str(status)).inc()

    def gauges(
        self,
        numbers: Iterable[tuple[str, str, Callable[[], float]]],
        ready: Callable[[], Iterable[str]],
    ) -> None:
        """Numbers that are read when they are asked for: name, help, function; and the
        status of Ready of every Backpack."""
        self.registry.register(_Gauges(tuple(numbers), ready))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(
        self, numbers: tuple[tuple[str, str, Callable[[], float]], ...], ready: Callable[[], Iterable[str]]
    ) -> None:
        self._numbers, self._ready = numbers, ready

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, text, read in self._numbers:
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=read())
        backpacks = GaugeMetricFamily(
            f"{_PREFIX}_backpacks", "Backpacks, by the status of their condition Ready.", labels=["ready"]
        )
        counts = Counter(self._ready())
        for status in ("True", "False", "Unknown"):
            backpacks.add_metric([status], counts[status])
        yield backpacks
