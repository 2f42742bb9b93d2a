"""The end of an account: its name goes out of every Backpack, so that whoever gets the name
next finds none of them."""

from collections.abc import Sequence

from backpack_contract.admins import FINALIZER
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.admin import Admin
from backpack_operator.model.kinds import ADMIN, BACKPACK


async def leave(client: KubeClient, admin: Admin, namespaces: Sequence[str | None]) -> None:
    """Take the name out of `spec.admins` of every Backpack, then let the account go. What a
    crash leaves is done by the next one; a Backpack that somebody changes meanwhile raises
    `Conflict`, and is read again."""
    for namespace in namespaces:
        for body in await client.list(BACKPACK, namespace, ""):
            named = (body.get("spec") or {}).get("admins") or []
            if admin.name not in named:
                continue
            metadata = body["metadata"]
            rest = [name for name in named if name != admin.name]
            change = {
                "metadata": {"resourceVersion": metadata["resourceVersion"]},
                "spec": {"admins": rest or None},
            }
            await client.patch(BACKPACK, metadata["namespace"], metadata["name"], change)
    await let_go(client, admin)


async def let_go(client: KubeClient, admin: Admin) -> None:
    """Nothing is to be done any more before it may go."""
    if FINALIZER not in admin.finalizers:
        return
    metadata = {
        "resourceVersion": admin.resource_version,
        "finalizers": [name for name in admin.finalizers if name != FINALIZER],
    }
    await client.patch(ADMIN, admin.namespace, admin.name, {"metadata": metadata})
