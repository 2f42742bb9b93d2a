"""Having Traefik try again to get the certificates that are missing: it does when its
configuration changes, whatever the change. So an object is changed that nothing uses."""

from datetime import UTC, datetime
from typing import Any

from backpack_contract import resources as names
from backpack_operator.kube.client import KubeClient
from backpack_operator.rbac import RETRY_MIDDLEWARE


async def ask_again(client: KubeClient, namespace: str) -> None:
    """`namespace`: the operator's own, which Traefik has to read too."""
    await client.apply(retry_body(namespace, datetime.now(UTC).isoformat(timespec="milliseconds")))


def retry_body(namespace: str, now: str) -> dict[str, Any]:
    """A Middleware that no route names. It has not the label by which the operator's
    children are known."""
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "Middleware",
        "metadata": {
            "name": RETRY_MIDDLEWARE,
            "namespace": namespace,
            "labels": {names.LABEL_PART_OF: names.PART_OF},
        },
        "spec": {"headers": {"customRequestHeaders": {"X-Backpack-Asked-Again": now}}},
    }
