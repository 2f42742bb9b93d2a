"""The least it could take: a loop that server-side-applies the very objects that the
operator makes of a fleet, with its client, its account and as many requests at once.
They are rendered before the clock starts; nothing is watched, read, compared or reported."""

import uuid
from typing import Any

import uvloop

from backpack_contract.configuration import AdminKey
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.reconcile.decide import decide
from backpack_operator.reconcile.observed import Holder, Observed
from backpack_operator.settings import Settings
from bench.operator import fleet
from bench.operator.spans import Span, begin
from bench.operator.stage import OWN_NAMESPACE, Stage, connect
from support.operated_cluster import SETTINGS

_ADMIN_KEY = AdminKey(kid="the-key", x="Kol_SrjOIaNK_nZOJUAmzAYXRNz4fHQJ7mGpcHvB-K0")


def measure(stage: Stage) -> Span:
    """For the objects of the whole fleet."""
    given = settings()
    bodies = [body for key in stage.fleet for body in children(key, given)]
    return uvloop.run(_apply(stage, bodies))


def settings() -> Settings:
    """What the operator is given, as far as it shows in the objects."""
    given: dict[str, Any] = {name.lower(): value for name, value in SETTINGS.items()}
    return Settings(namespace=OWN_NAMESPACE, **given)


def children(key: Key, settings: Settings) -> list[fleet.Object]:
    """What the operator applies for a new Backpack."""
    body = fleet.backpack(key)
    body["metadata"] |= {"uid": str(uuid.uuid4()), "resourceVersion": "1"}
    backpack = Backpack.parse(body)
    holder = Holder(backpack.hostname, backpack.uid, backpack.namespace, backpack.name)
    plan = decide(backpack, Observed({}, holder, (_ADMIN_KEY,)), settings, FreshPasswords.make())
    return [dict(wanted.body) for wanted in plan.apply]


async def _apply(stage: Stage, bodies: list[fleet.Object]) -> Span:
    async with connect(stage.account) as client:
        end = begin(stage.cluster.plane)
        await fleet.for_each(bodies, client.apply)
        return end()
