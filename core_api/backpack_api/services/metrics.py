"""What Prometheus is told of this process.

Labels have few values: the route's template and never a path, the method where it is
one of HTTP's. What others count anyway is read when it is asked for, and costs
nothing until then.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from starlette.routing import BaseRoute, Route, WebSocketRoute

from backpack_api.stores.measures import BUCKETS, ERRORS, SECONDS

NO_ROUTE = "none"
"""The route of a request that found none."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Read = Callable[[], float]


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "backpack_http_request_duration_seconds",
            "Requests by route, method and status, from their head to the end of the answer.",
            ["route", "method", "status"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._children: dict[tuple[Any, str, int], Any] = {}
        self._templates: dict[Any, str] = {}
        self._readings = _Readings()
        for collector in (SECONDS, ERRORS, self._readings):
            self._registry.register(collector)
        ProcessCollector(registry=self._registry)

    def know_routes(self, routes: Iterable[BaseRoute]) -> None:
        """Take the templates of an app's routes: a request's scope has the endpoint only."""
        for route in routes:
            if isinstance(route, Route | WebSocketRoute):
                self._templates[route.endpoint] = route.path

    def request(self, scope: Any, status: int, seconds: float) -> None:
        """Count a request that was answered; as `middleware.request_context.Observe`."""
        key = (scope.get("endpoint"), scope.get("method", "GET"), status)
        child = self._children.get(key)
        if child is None:
            endpoint, method, _ = key
            template = self._templates.get(endpoint, NO_ROUTE)
            method = method if method in _METHODS else "other"
            child = self._requests.labels(template, method, status)
            if template != NO_ROUTE and method != "other":
                self._children[key] = child
        child.observe(seconds)

    def gauge(self, name: str, documentation: str, read: Read) -> None:
        """Show what `read` gives at the moment of asking."""
        self._readings.families.append((GaugeMetricFamily, name, documentation, read))

    def counter(self, name: str, documentation: str, read: Read) -> None:
        """Show what `read` gives, which only grows; `_total` is put after the name."""
        self._readings.families.append((CounterMetricFamily, name, documentation, read))

    def new_counter(self, name: str, documentation: str, labels: Iterable[str] = ()) -> Counter:
        """A counter of this process's own; each label must have few values."""
        return Counter(name, documentation, tuple(labels), registry=self._registry)

    def text(self, accept: str) -> tuple[bytes, str]:
        """The exposition, and its content type, in the format that fits an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Readings:
    """A collector of what is read when it is asked for."""

    def __init__(self) -> None:
        self.families: list[tuple[type[Any], str, str, Read]] = []

    def collect(self) -> Iterator[Metric]:
        for family, name, documentation, read in self.families:
            yield family(name, documentation, value=read())
