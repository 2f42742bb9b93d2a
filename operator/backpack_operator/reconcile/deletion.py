"""The end of a Backpack: its routes and hostname at once, its data only under the
policy Delete, as it is read at that moment.

Every race ends in keeping. The moment of decision is a write of the status that
succeeds only if the Backpack is still as it was read: whoever changes Delete to
Retain before that keeps the data, and who comes later is told that it is too late.
"""

from backpack_operator.errors import OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model import conditions
from backpack_operator.model.backpack import FINALIZER, Backpack
from backpack_operator.model.child import Child, observe
from backpack_operator.model.conditions import Verdict, find, timed
from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, ObjectKey
from backpack_operator.model.standing import Standing, standing
from backpack_operator.reconcile.apply import remove
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.decide import wants_finalizer
from backpack_operator.reconcile.hostnames import Hostnames
from backpack_operator.reconcile.observed import retained_keys

_DELETING = "DeletingData"


async def leave_hostname(
    client: KubeClient, children: Children, hostnames: Hostnames, gone: Backpack
) -> None:
    """Take the routes away, then free the hostname."""
    routes = [
        (key, child.uid)
        for key, child in children.of(gone.key)
        if key.kind == INGRESS_ROUTE and not child.deleting and standing(gone, key, child) is Standing.OURS
    ]
    await remove(client, children, routes)
    await hostnames.leave(gone.key)


async def finalize(client: KubeClient, seen: Backpack, now: str) -> None:
    """Do what the policy says, then let the Backpack go."""
    body = await client.get(BACKPACK, seen.namespace, seen.name)
    if body is None or body["metadata"]["uid"] != seen.uid:
        return
    backpack = Backpack.parse(body)
    if FINALIZER not in backpack.finalizers:
        return
    if wants_finalizer(backpack):
        backpack = await _declare(client, backpack, now)
        await _delete_data(client, backpack)
    metadata = {
        "resourceVersion": backpack.resource_version,
        "finalizers": [name for name in backpack.finalizers if name != FINALIZER],
    }
    await client.patch(BACKPACK, backpack.namespace, backpack.name, {"metadata": metadata})


async def _declare(client: KubeClient, backpack: Backpack, now: str) -> Backpack:
    """The moment of decision; `Conflict` if the Backpack has changed in between."""
    former = find(backpack.status.conditions, conditions.READY)
    if former is not None and former.reason == _DELETING:
        return backpack
    message = "The Backpack is being deleted with its data, as spec.deletionPolicy says."
    verdict = Verdict(conditions.READY, False, _DELETING, message)
    ready = timed([verdict], backpack.status.conditions, backpack.generation, now)
    others = [item for item in backpack.status.conditions if item.type != conditions.READY]
    change = {
        "metadata": {"resourceVersion": backpack.resource_version},
        "status": {"conditions": [item.to_dict() for item in (*ready, *others)]},
    }
    body = await client.patch(BACKPACK, backpack.namespace, backpack.name, change, part="status")
    return Backpack.parse(body)


async def _delete_data(client: KubeClient, backpack: Backpack) -> None:
    """Each object exactly as it was read, so that nothing which has been taken over,
    or given a meaning by hand, goes with it. Volumes first: without its Secret, a
    volume that a crash left would be unreadable."""
    for key in sorted(retained_keys(backpack), key=lambda key: key.kind.kind):
        child = await _read(client, key)
        if child is None or child.deleting or standing(backpack, key, child) is not Standing.OURS:
            continue
        version = str(child.resource_version)
        if await client.delete(key.kind, key.namespace, key.name, child.uid, version):
            continue
        if await _read(client, key) is not None:
            # A controller may have written its status: to be judged once more, not forgotten.
            raise OperatorError(f"{key} was changed while it was to be deleted")


async def _read(client: KubeClient, key: ObjectKey) -> Child | None:
    body = await client.get(key.kind, key.namespace, key.name)
    return observe(body) if body is not None else None
