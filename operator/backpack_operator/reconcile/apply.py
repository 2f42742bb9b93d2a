"""Carries out a plan: applies what differs, in an order in which every state that a
crash can leave is one that the next reconcile understands, and removes the rest."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from backpack_operator.errors import Conflict, NotFound, Refused, Unseen
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.child import Child, observe
from backpack_operator.model.kinds import (
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    INGRESS_ROUTE,
    MIDDLEWARE,
    NETWORK_POLICY,
    RETAINED,
    SECRET,
    SERVICE,
    VOLUME_CLAIM,
    ObjectKey,
)
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.decide import Plan, Wanted
from backpack_operator.reconcile.verdicts.refusals import Refusal

STAGES = (
    # Before any volume: a volume without credentials means that they were lost.
    (SECRET,),
    (CONFIG_MAP, VOLUME_CLAIM, SERVICE, NETWORK_POLICY, DISRUPTION_BUDGET),
    (DEPLOYMENT,),
    # Before the route that goes through it.
    (MIDDLEWARE,),
    (INGRESS_ROUTE,),
)


async def apply(
    client: KubeClient, children: Children, plan: Plan, live: Mapping[ObjectKey, Child], *, new: bool
) -> tuple[dict[ObjectKey, Child], list[Refusal]]:
    """Answers the children as they are now, and what the API server would not take.
    Any other error goes up, and the reconcile is tried again. `new`: whether what is not
    in `live` may exist all the same; then it is not touched, and `Unseen` is raised."""
    result, refusals = dict(live), []
    for stage in STAGES:
        wanted = [item for item in plan.apply if item.key.kind in stage]
        outcomes = await asyncio.gather(
            *(_apply_one(client, children, item, live.get(item.key), new=new) for item in wanted),
            return_exceptions=True,
        )
        for item, outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, Refused | NotFound):
                refusals.append(Refusal(item.key, outcome, live.get(item.key)))
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                result[item.key] = outcome
        if refusals and SECRET in stage:
            break
    return result, refusals


async def remove(client: KubeClient, children: Children, doomed: Sequence[tuple[ObjectKey, str]]) -> None:
    """Delete exactly these objects, each by its UID."""
    for key, uid in doomed:
        await client.delete(key.kind, key.namespace, key.name, uid)
        child = children.get(key)
        if child is not None and child.uid == uid:
            # Its deletion is news when it is over; until then it is not to be deleted again.
            child.deleting = True


async def _apply_one(
    client: KubeClient, children: Children, wanted: Wanted, child: Child | None, *, new: bool
) -> Child:
    if child is not None and wanted.is_live(child):
        if children.get(wanted.key) is child:
            children.matched(wanted.key, wanted.digest)
        return child
    body = await _write(client, wanted, child, new=new)
    if not wanted.key.kind.watched:
        return observe(body)
    return children.written(body, wanted.digest)


async def _write(client: KubeClient, wanted: Wanted, child: Child | None, *, new: bool) -> dict[str, Any]:
    if wanted.key.kind == SECRET:
        return await write_secret(client, wanted.body, child)
    if child is None:
        # Only a new volume: one that somebody has put there just now is not ours to take.
        if wanted.key.kind == VOLUME_CLAIM:
            return await client.create(wanted.body)
        return await _write_new(client, wanted) if new else await client.apply(wanted.body)
    try:
        return await client.apply(wanted.body, uid=child.uid)
    except Refused as error:
        if error.status != 422 or "spec" not in wanted.body or wanted.key.kind in RETAINED:
            raise
    # Somebody's edit can exclude ours, as a `rollingUpdate` does `type: Recreate`, or an
    # `emptyDir` the claim of the same volume; apply leaves what it does not own.
    await client.replace_spec(wanted.body, child.uid)
    return await client.apply(wanted.body, uid=child.uid)


async def _write_new(client: KubeClient, wanted: Wanted) -> dict[str, Any]:
    try:
        return await client.apply_new(wanted.body)
    except Conflict as error:
        raise Unseen(error.status, error.reason, error.message) from error


async def write_secret(client: KubeClient, body: Mapping[str, Any], child: Child | None) -> dict[str, Any]:
    """Only onto what was seen: of two operators that both found no password, or none of
    one key, one fails here with `Conflict`, and then finds the other's."""
    if child is None:
        return await client.create(body)
    seen = {**body["metadata"], "resourceVersion": str(child.resource_version)}
    return await client.apply({**body, "metadata": seen}, uid=child.uid)
