"""Plays what a cluster without nodes lacks: every Deployment has its pods, every claim
its volume. Only their statuses are written, which the operator reads."""

from typing import Any

from backpack_operator.kube.client import KubeClient
from backpack_operator.model.kinds import DEPLOYMENT, VOLUME_CLAIM, Kind
from bench.operator import fleet

Object = dict[str, Any]


async def play(client: KubeClient, *namespaces: str) -> int:
    """Write what is not so yet; answers how many statuses that were."""
    written = 0

    async def write(item: tuple[Kind, Object, Object]) -> None:
        nonlocal written
        kind, body, status = item
        metadata = body["metadata"]
        await client.patch(kind, metadata["namespace"], metadata["name"], {"status": status}, part="status")
        written += 1

    for namespace in namespaces:
        due = [
            (kind, body, status)
            # A volume before the pod that mounts it.
            for kind, wanted in ((VOLUME_CLAIM, _bound), (DEPLOYMENT, _rolled_out))
            for body in await client.list(kind, namespace, "")
            if not (status := wanted(body)).items() <= body.get("status", {}).items()
        ]
        await fleet.for_each(due, write)
    return written


def _bound(claim: Object) -> Object:
    return {"phase": "Bound", "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}}


def _rolled_out(deployment: Object) -> Object:
    replicas = deployment["spec"]["replicas"]
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), replicas)
    return {"observedGeneration": deployment["metadata"]["generation"], **counts}
