"""What the operator tells Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client import Counter as Total
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_PREFIX = "backpack_operator"


@dataclass(frozen=True, slots=True)
class Summary:
    """What the status of one Backpack says of it, as it stands there."""

    namespace: str
    name: str
    ready: str
    """True, False or Unknown, which is also that of a Backpack without a status."""
    reason: str
    """Of Ready; empty without a status."""
    failing: tuple[tuple[str, str], ...] = ()
    """The conditions that somebody has to do something about, each with its reason."""
    version: str = ""
    """Of the core API that is rolled out; empty before the first one is."""


@dataclass(frozen=True, slots=True)
class Upgrades:
    """How far the upgrade of the fleet is."""

    states: tuple[tuple[str, int], ...]
    """How many Backpacks are in each state."""
    failed: tuple[tuple[str, str], ...]
    """Namespace and name of those that halt it."""


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
            "Requests of the reconciler to the API server, by method and status; 0 stands for no answer. "
            "The informer's are not counted.",
            ["method", "status"],
            registry=self.registry,
        )

    def count_request(self, method: str, _path: str, status: int) -> None:
        self.api_requests.labels(method, str(status)).inc()

    def gauges(
        self,
        numbers: Iterable[tuple[str, str, Callable[[], float]]],
        backpacks: Callable[[], Iterable[Summary]],
    ) -> None:
        """Numbers that are read when they are asked for: name, help, function; and what
        is said of every Backpack."""
        self.registry.register(_Gauges(tuple(numbers), backpacks))

    def upgrades(self, read: Callable[[], Upgrades]) -> None:
        """How far the upgrade of the fleet is, read when it is asked for."""
        self.registry.register(_UpgradeGauges(read))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(
        self,
        numbers: tuple[tuple[str, str, Callable[[], float]], ...],
        backpacks: Callable[[], Iterable[Summary]],
    ) -> None:
        self._numbers, self._backpacks = numbers, backpacks

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, text, read in self._numbers:
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=read())
        summaries = tuple(self._backpacks())
        by_ready = GaugeMetricFamily(
            f"{_PREFIX}_backpacks", "Backpacks, by the status of their condition Ready.", labels=["ready"]
        )
        statuses = Counter(one.ready for one in summaries)
        for status in ("True", "False", "Unknown"):
            by_ready.add_metric([status], statuses[status])
        yield by_ready
        by_reason = GaugeMetricFamily(
            f"{_PREFIX}_backpacks_by_reason",
            "Backpacks, by the status and the reason of their condition Ready.",
            labels=["ready", "reason"],
        )
        for (status, reason), count in sorted(Counter((one.ready, one.reason) for one in summaries).items()):
            by_reason.add_metric([status, reason], count)
        yield by_reason
        by_version = GaugeMetricFamily(
            f"{_PREFIX}_backpacks_by_version",
            "Backpacks, by the version of the core API that is rolled out.",
            labels=["version"],
        )
        for version, count in sorted(Counter(one.version or "none" for one in summaries).items()):
            by_version.add_metric([version], count)
        yield by_version
        # Named for the Backpack, and not `namespace`, which a scrape gives to the operator's own pod.
        failing = GaugeMetricFamily(
            f"{_PREFIX}_backpack_failing",
            "1 for each condition of a Backpack that somebody has to do something about.",
            labels=["backpack_namespace", "backpack_name", "condition", "reason"],
        )
        for one in summaries:
            for condition, reason in one.failing:
                failing.add_metric([one.namespace, one.name, condition, reason], 1)
        yield failing


class _UpgradeGauges(Collector):
    def __init__(self, read: Callable[[], Upgrades]) -> None:
        self._read = read

    def collect(self) -> Iterable[GaugeMetricFamily]:
        upgrades = self._read()
        states = GaugeMetricFamily(
            f"{_PREFIX}_upgrade_backpacks",
            "Backpacks, by how they stand to the upgrade of the fleet.",
            labels=["state"],
        )
        for state, count in upgrades.states:
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily(
            f"{_PREFIX}_upgrade_halted",
            "1 while no Backpack's turn comes, since one has failed.",
            value=1 if upgrades.failed else 0,
        )
        failed = GaugeMetricFamily(
            f"{_PREFIX}_upgrade_failed",
            "1 for each Backpack whose pods were not ready in time after its turn.",
            labels=["backpack_namespace", "backpack_name"],
        )
        for namespace, name in upgrades.failed:
            failed.add_metric([namespace, name], 1)
        yield failed
