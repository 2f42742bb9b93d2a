"""Backpacks and BackpackAdmins: read from the shared picture, written to the API server."""

from collections.abc import Mapping
from typing import Any

from backpack_contract import admins, resources
from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.kube.errors import AlreadyThere
from backpack_dashboard.kube.kinds import ADMIN, BACKPACK
from backpack_dashboard.stores.cluster_errors import cluster_errors


class ResourceStore:
    """Writes; what comes of them is seen through the picture."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client, self._namespace = client, namespace

    @cluster_errors
    async def create_backpack(
        self, namespace: str, name: str, spec: Mapping[str, Any], *, dry_run: bool = False
    ) -> dict[str, Any] | None:
        """The new object, or None if there is one of this name."""
        body = {
            "apiVersion": resources.API_VERSION,
            "kind": resources.KIND,
            "metadata": {"name": name, "namespace": namespace},
            "spec": dict(spec),
        }
        try:
            return await self._client.create(BACKPACK, body, dry_run=dry_run)
        except AlreadyThere:
            return None

    @cluster_errors
    async def get_backpack(self, namespace: str, name: str) -> dict[str, Any]:
        """As it is at this moment, past the picture."""
        return await self._client.get(BACKPACK, namespace, name)

    @cluster_errors
    async def change_backpack(
        self, namespace: str, name: str, uid: str, change: Mapping[str, Any], *, dry_run: bool = False
    ) -> dict[str, Any]:
        """A merge patch of the Backpack with this UID; `metadata` in it may hold more."""
        metadata = {**change.get("metadata", {}), "uid": uid}
        whole = {**change, "metadata": metadata}
        return await self._client.patch(BACKPACK, namespace, name, whole, dry_run=dry_run)

    @cluster_errors
    async def delete_backpack(self, namespace: str, name: str, uid: str) -> None:
        await self._client.delete(BACKPACK, namespace, name, uid=uid)

    @cluster_errors
    async def create_admin(self, name: str, spec: Mapping[str, Any]) -> dict[str, Any] | None:
        """The new object, or None if there is one of this name."""
        body = {
            "apiVersion": resources.API_VERSION,
            "kind": admins.KIND,
            "metadata": {"name": name, "namespace": self._namespace},
            "spec": dict(spec),
        }
        try:
            return await self._client.create(ADMIN, body)
        except AlreadyThere:
            return None

    @cluster_errors
    async def admins(self) -> list[dict[str, Any]]:
        """All there are at this moment, past the picture."""
        answer = await self._client.list(ADMIN, self._namespace)
        items: list[dict[str, Any]] = answer["items"] or []
        return items

    @cluster_errors
    async def change_admin(self, name: str, uid: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """A merge patch of the spec."""
        change = {"metadata": {"uid": uid}, "spec": dict(spec)}
        return await self._client.patch(ADMIN, self._namespace, name, change)

    @cluster_errors
    async def delete_admin(self, name: str, uid: str) -> None:
        await self._client.delete(ADMIN, self._namespace, name, uid=uid)
