"""How soon a child that somebody deletes is back, while other Backpacks change."""

import asyncio
import random
import time
from dataclasses import dataclass

from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Key
from backpack_operator.model.kinds import (
    BACKPACK,
    CONFIG_MAP,
    DEPLOYMENT,
    INGRESS_ROUTE,
    MIDDLEWARE,
    NETWORK_POLICY,
    SERVICE,
    Kind,
    ObjectKey,
)
from backpack_operator.reconcile.observed import COMPONENTS
from bench.operator import fleet
from bench.operator.measures.settling import make_ready, wait_at_rest
from bench.operator.stage import Operator, Stage, connect

_AT_ONCE = 5
_MEANWHILE = 1.0
"""Seconds within which the children of one round are deleted."""
_LOOK = 0.02
_PARTS = (
    *((kind, part) for kind in (DEPLOYMENT, SERVICE, NETWORK_POLICY) for part in COMPONENTS),
    *((INGRESS_ROUTE, part) for part in ("site", "api", "redirect")),
    (CONFIG_MAP, "config"),
    (MIDDLEWARE, "redirect"),
    (NETWORK_POLICY, "isolation"),
)


@dataclass(frozen=True, slots=True)
class Repairs:
    """Seconds, sorted."""

    times: tuple[float, ...]

    def quantile(self, part: float) -> float:
        return self.times[min(len(self.times) - 1, int(part * len(self.times)))]


def measure(stage: Stage, operator: Operator, repairs: int, others: int) -> Repairs:
    """In rounds: all the others change at once, and meanwhile a few children of the rest go."""
    times: list[float] = []
    generator = random.Random(5)
    for number in range(-(-repairs // _AT_ONCE)):
        shuffled = generator.sample(stage.fleet, len(stage.fleet))
        victims = [
            (key, *generator.choice(_PARTS), generator.random() * _MEANWHILE) for key in shuffled[:_AT_ONCE]
        ]
        changed = shuffled[_AT_ONCE : _AT_ONCE + others]
        times += asyncio.run(_round(stage, changed, victims, number))
        wait_at_rest(operator)
    make_ready(stage, operator)
    return Repairs(tuple(sorted(times)))


async def _round(
    stage: Stage, changed: list[Key], victims: list[tuple[Key, Kind, str, float]], number: int
) -> list[float]:
    async with connect(stage.admin) as client:

        async def change(key: Key) -> None:
            # The API's configuration changes, which is applied, sent to it, and told of.
            spec = {"web": {"keepReleases": 2 + number % 8}}
            await client.patch(BACKPACK, key.namespace, key.name, {"spec": spec})

        changing = asyncio.create_task(fleet.for_each(changed, change))
        times = await asyncio.gather(
            *(
                _deleted(client, ObjectKey(kind, key.namespace, f"{key.name}-{part}"), delay)
                for key, kind, part, delay in victims
            )
        )
        await changing
        return list(times)


async def _deleted(client: KubeClient, child: ObjectKey, delay: float) -> float:
    """Seconds until there is another one in its place."""
    body = await client.get(child.kind, child.namespace, child.name)
    assert body is not None, child
    uid = body["metadata"]["uid"]
    await asyncio.sleep(delay)
    await client.delete(child.kind, child.namespace, child.name, uid)
    start = time.perf_counter()
    while True:
        body = await client.get(child.kind, child.namespace, child.name)
        if body is not None and body["metadata"]["uid"] != uid:
            return time.perf_counter() - start
        await asyncio.sleep(_LOOK)
