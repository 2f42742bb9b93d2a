"""The deletion of data, with others writing in between, against a real API server."""

from typing import Any

import pytest
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config import load_kube_config

from backpack_operator.errors import OperatorError
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import FINALIZER, Backpack
from backpack_operator.model.kinds import BACKPACK, VOLUME_CLAIM, Kind
from backpack_operator.reconcile.deletion import finalize
from support.operated_cluster import OperatedCluster

NOW = "2026-01-01T00:00:00Z"


class Interrupted(KubeClient):
    """Somebody changes the claim, once, just after it was read."""

    changed = False

    async def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any] | None:
        body = await super().get(kind, namespace, name)
        if kind == VOLUME_CLAIM and body is not None and not self.changed:
            self.changed = True
            await self.patch(kind, namespace, name, {"metadata": {"annotations": {"seen": "yes"}}})
        return body


async def test_data_that_changed_meanwhile_is_deleted_at_the_next_attempt(cluster: OperatedCluster) -> None:
    namespace = cluster.namespace()
    cluster.backpack(namespace, "todo", deletionPolicy="Delete")
    body = cluster.change(BACKPACK, namespace, "todo", metadata={"finalizers": [FINALIZER]})
    mark = {"backpack.dev/uid": body["metadata"]["uid"]}
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "todo-mongo", "namespace": namespace, "annotations": mark},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster.create(claim)
    cluster.delete(BACKPACK, namespace, "todo")
    config = Configuration()
    await load_kube_config(str(cluster.plane.kubeconfig), client_configuration=config)
    client = Interrupted(config, lambda *_: None)
    try:
        with pytest.raises(OperatorError, match="was changed while it was to be deleted"):
            await finalize(client, Backpack.parse(body), NOW)
        assert cluster.find(BACKPACK, namespace, "todo") is not None

        await finalize(client, Backpack.parse(body), NOW)
    finally:
        await client.close()
    left = cluster.find(VOLUME_CLAIM, namespace, "todo-mongo")
    assert left is None or "deletionTimestamp" in left["metadata"]
    assert cluster.find(BACKPACK, namespace, "todo") is None
