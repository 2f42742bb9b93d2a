"""All that has to be read before a decision: from memory where the informer told of
it, from the API server where it did not."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, timedelta

from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.certificates import Certificate, Flaw, of_secret
from backpack_operator.model.child import Child, observe
from backpack_operator.model.conditions import PROGRESSING, find
from backpack_operator.model.kinds import CONFIG_MAP, POD, SECRET, VOLUME_CLAIM, ObjectKey
from backpack_operator.model.pod_trouble import PodTrouble, troubles
from backpack_operator.model.tls import effective_tls
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.observed import Observed, child_keys
from backpack_operator.settings import Settings
from backpack_operator.specs.labels import selector

_PATIENCE = timedelta(seconds=5)

_BEFORE_ALL = frozenset({SECRET, VOLUME_CLAIM, CONFIG_MAP})
"""The kinds of which a stranger's object keeps everything from being touched."""


async def gather(
    client: KubeClient, children: Children, backpack: Backpack, settings: Settings, *, new: bool
) -> dict[ObjectKey, Child]:
    """Every object that has the name of a child. What memory doesn't have is asked for
    by name: the object may be a stranger's, or have lost the label that the informer
    goes by. If anything can't be read, nothing is decided: the error goes up.

    `new`: of a Backpack of which memory has no child at all, only what decides about
    all others is asked for; of the others the API server is told to make new ones only."""
    found = dict(children.of(backpack.key))
    missing = [key for key in child_keys(backpack, settings) if key not in found]
    if new:
        missing = [key for key in missing if key.kind in _BEFORE_ALL]
    bodies = await asyncio.gather(*(client.get(key.kind, key.namespace, key.name) for key in missing))
    for key, body in zip(missing, bodies, strict=True):
        if body is not None:
            found[key] = observe(body)
    return found


async def certificate(
    client: KubeClient, backpack: Backpack, settings: Settings
) -> Certificate | Flaw | None:
    """What the Secret holds that the Backpack takes its certificate from; None where there
    is no such Secret. It is Traefik that serves it, and tells nobody what it won't."""
    name = effective_tls(backpack, settings).secret_name
    body = await client.get(SECRET, backpack.namespace, name) if name is not None else None
    if body is None:
        return None
    return of_secret({key: base64.b64decode(value) for key, value in (body.get("data") or {}).items()})


async def pods(
    client: KubeClient, backpack: Backpack, observed: Observed, now: datetime
) -> Mapping[str, PodTrouble]:
    """Component -> what keeps its pods from being ready. They are listed only where some
    have not been for a while: a backpack that simply starts costs no list."""
    if not (observed.unfinished(backpack) and _for_a_while(backpack, observed, now)):
        return {}
    labels = ",".join(f"{key}={value}" for key, value in sorted(selector(backpack).items()))
    return troubles(await client.list(POD, backpack.namespace, labels), now)


def _for_a_while(backpack: Backpack, observed: Observed, now: datetime) -> bool:
    if observed.stuck(backpack):
        return True
    told = find(backpack.status.conditions, PROGRESSING)
    if told is None or told.status != "True":
        return False
    return now - datetime.fromisoformat(told.last_transition_time) >= _PATIENCE
