"""What an admin does with whole Backpacks. Each call takes a `Backpack` that `services.access`
has given out for this admin."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

from backpack_contract.resources import RESTARTED_ANNOTATION
from backpack_dashboard.domain.access import may_change, namespaces_of
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.changes import differences
from backpack_dashboard.domain.names import backpack_name_fault
from backpack_dashboard.domain.volumes import reach
from backpack_dashboard.errors import Conflict, Forbidden, Invalid, Taken
from backpack_dashboard.services import audit
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.settings import Settings
from backpack_dashboard.stores.resources import ResourceStore

MAX_DISPLAY_NAME = 100


@dataclass(frozen=True, slots=True)
class Address:
    """Where a backpack of some name would be."""

    site: str
    api: str


class Backpacks:
    def __init__(self, settings: Settings, cluster: Cluster, store: ResourceStore) -> None:
        self._settings, self._cluster, self._store = settings, cluster, store
        # By UID, so that an admin who creates many at once has no more of them than he may.
        self._creating: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def namespaces(self, admin: Admin) -> tuple[str, ...]:
        """Where the admin may create backpacks; the first is offered."""
        return namespaces_of(admin, self._settings.create_in)

    def address(self, name: str) -> Address:
        domain = self._settings.domain
        return Address(f"{name}.{domain}", f"{name}-api.{domain}")

    def name_fault(self, namespace: str, name: str) -> str | None:
        """Why no backpack of this name can be made there, as a sentence; None: it can."""
        return backpack_name_fault(name) or self._taken(namespace, name)

    def _taken(self, namespace: str, name: str, hostname: str | None = None) -> str | None:
        """Why not, where another one has the name or the hostname, which is the name unless it is given."""
        if self._cluster.backpack((namespace, name)) is not None:
            return "There is a backpack of this name; choose another one."
        hostname = hostname or name
        if any(other.hostname == hostname for other in self._cluster.backpacks()):
            return (
                f"The address {self.address(hostname).site} belongs to another backpack; "
                f"choose another {'name' if hostname == name else 'hostname'}."
            )
        return None

    def room(self, admin: Admin) -> int | None:
        """How many more the admin may create; None: as many as he likes."""
        if admin.is_owner:
            return None
        return max(0, self._settings.backpacks_per_developer - len(self._specs(admin)))

    def _specs(self, admin: Admin) -> list[Mapping[str, Any]]:
        """Of the backpacks that name the admin."""
        return [one.spec for one in self._cluster.backpacks() if admin.name in one.admins]

    async def create(
        self,
        admin: Admin,
        namespace: str,
        name: str,
        display_name: str,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> Backpack:
        """A new one, which names the admin. `more` of its spec, as far as that is his to choose;
        only an owner's may name others. Raises `Invalid`, `Taken`, `Forbidden`."""
        name, display_name = name.strip(), display_name.strip()
        # A null says the same as nothing, and must not take the place of what stands here.
        spec: dict[str, Any] = {key: value for key, value in more.items() if value is not None}
        if namespace not in self.namespaces(admin):
            raise Forbidden("Backpacks can't be created in that namespace. Choose one that is offered.")
        if refused := [one.path for one in differences({}, spec) if not may_change(admin, one.path)]:
            names = ", ".join(f"`{path}`" for path in refused)
            raise Forbidden(f"Only an owner may set {names}. Leave it out, or ask an owner.")
        faults = {}
        if fault := backpack_name_fault(name):
            faults["name"] = fault
        if len(display_name) > MAX_DISPLAY_NAME:
            faults["display_name"] = f"At most {MAX_DISPLAY_NAME} characters."
        if faults:
            raise Invalid("This can't be created as it is.", faults)
        spec.setdefault("admins", [admin.name])
        if display_name:
            spec["displayName"] = display_name
        async with self._creating.setdefault(admin.uid, asyncio.Lock()):
            return await self._create(admin, namespace, name, spec)

    async def _create(self, admin: Admin, namespace: str, name: str, spec: Mapping[str, Any]) -> Backpack:
        """Until the picture has it, by which the next one is counted."""
        if self.room(admin) == 0:
            raise Forbidden(
                f"You have {self._settings.backpacks_per_developer} backpacks, which is as many as a "
                "developer may have here. Delete one, or ask an owner."
            )
        if not admin.is_owner and reach(self._specs(admin), self._settings.storage_per_developer):
            raise Forbidden(
                f"Your backpacks ask for {self._settings.storage_per_developer} of storage, which is as much "
                "as a developer may have here. Delete one, or ask an owner."
            )
        if taken := self._taken(namespace, name, spec.get("hostname")):
            raise Taken("This can't be created as it is.", {"name": taken})
        body = await self._store.create_backpack(namespace, name, spec)
        if body is None:
            raise Taken(
                "This can't be created as it is.", {"name": "Somebody was faster: the name is taken."}
            )
        audit.done(admin, "backpacks.create", f"{namespace}/{name}")
        return await self._cluster.wait_backpack((namespace, name), body["metadata"]["uid"])

    async def suspend(self, admin: Admin, backpack: Backpack, *, suspended: bool) -> None:
        await self._change(backpack, {"spec": {"suspend": suspended}})
        audit.done(admin, "backpacks.suspend" if suspended else "backpacks.resume", backpack)

    async def restart(self, admin: Admin, backpack: Backpack) -> None:
        """Restart all its pods, the stores' too."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        await self._change(backpack, {"metadata": {"annotations": {RESTARTED_ANNOTATION: now}}})
        audit.done(admin, "backpacks.restart", backpack)

    async def delete(self, admin: Admin, backpack: Backpack, typed: str) -> None:
        """Delete it, where the admin has typed its name. Raises `Invalid`."""
        if typed.strip() != backpack.name:
            raise Invalid("Nothing was deleted.", {"typed": f"Type `{backpack.name}` to delete it."})
        await self._store.delete_backpack(backpack.namespace, backpack.name, backpack.uid)
        audit.done(admin, "backpacks.delete", backpack)

    async def _change(self, backpack: Backpack, change: dict[str, Any]) -> None:
        if backpack.deleting:
            raise Conflict("It is being deleted, and can't be changed any more.")
        await self._store.change_backpack(backpack.namespace, backpack.name, backpack.uid, change)
