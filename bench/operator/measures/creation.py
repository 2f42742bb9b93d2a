"""From the first Backpack's creation until all children of all of them exist."""

import asyncio
from collections import Counter

from backpack_operator.model.kinds import INGRESS_ROUTE, kind_of
from bench.operator import baseline, fleet
from bench.operator.measures.settling import wait, wait_at_work
from bench.operator.spans import Span, begin
from bench.operator.stage import Operator, Stage, connect


def measure(stage: Stage, operator: Operator) -> Span:
    """Backpacks are created as fast as the API server takes them."""
    expected = _expected(stage)
    routes = expected[INGRESS_ROUTE.kind]

    async def create() -> None:
        async with connect(stage.admin) as client:
            await fleet.create(client, stage.fleet)

    end = begin(stage.cluster.plane, operator.pid)
    asyncio.run(create())
    # The last stage of each, counted first: one request instead of nine.
    wait(lambda: stage.count(INGRESS_ROUTE) == routes, "all routes are made", every=0.2)
    wait(lambda: expected.items() <= stage.counts().items(), "all children are made", every=0.2)
    span = end()
    wait_at_work(operator)
    return span


def _expected(stage: Stage) -> dict[str, int]:
    """How many children there will be, by kind; Secrets and ConfigMaps are not only the fleet's."""
    settings = baseline.settings()
    kinds = Counter(
        kind_of(body).kind for key in stage.fleet[:1] for body in baseline.children(key, settings)
    )
    return {kind: count * len(stage.fleet) for kind, count in kinds.items() if kind in _COUNTED}


_COUNTED = frozenset({"Deployment", "PersistentVolumeClaim", "NetworkPolicy", "Middleware", "IngressRoute"})
"""The kinds that nothing else in the cluster has."""
