"""What owners do with accounts. Whoever loses something by it is signed out at once: his next
request is refused, and his open sockets close."""

import asyncio

from backpack_dashboard.domain.admins import NO_ROLE, ROLES, Admin
from backpack_dashboard.errors import Forbidden, Invalid, NotFound
from backpack_dashboard.services import audit
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.links import SetupLinks
from backpack_dashboard.services.sessions import SessionService
from backpack_dashboard.stores.resources import ResourceStore

LAST_OWNER = "This is the last owner who can sign in. Make somebody else an owner first."


class AdminAccounts:
    """`me` is the owner who does it."""

    def __init__(
        self, cluster: Cluster, resources: ResourceStore, links: SetupLinks, sessions: SessionService
    ) -> None:
        self._cluster, self._resources = cluster, resources
        self._links, self._sessions = links, sessions
        # So that two owners who remove each other at once don't both succeed.
        self._one_at_a_time = asyncio.Lock()

    def get(self, name: str) -> Admin:
        """The account of this name. Raises `NotFound`."""
        found = self._cluster.admin(name)
        if found is None:
            raise NotFound("There is no such account any more.")
        return found

    async def change_role(self, me: Admin, admin: Admin, role: str) -> Admin:
        """The account as it is then. Raises `Invalid`, `Forbidden`."""
        if role not in ROLES:
            raise Invalid("The role stays as it was.", {"role": NO_ROLE})
        _not_oneself(me, admin, "change your own role")
        if role == admin.role:
            return admin
        async with self._one_at_a_time:
            await self._must_not_be_the_last(admin)
            await self._resources.change_admin(admin.name, admin.uid, {"role": role})
        audit.done(me, "admins.role", admin, role=role)
        await self._sessions.end_all(admin)
        return await self._cluster.wait_admin(admin.name, admin.uid, lambda now: now.role == role)

    async def set_disabled(self, me: Admin, admin: Admin, *, disabled: bool) -> Admin:
        """The account as it is then. Raises `Forbidden`."""
        _not_oneself(me, admin, "disable yourself")
        async with self._one_at_a_time:
            if disabled:
                await self._must_not_be_the_last(admin)
            await self._resources.change_admin(admin.name, admin.uid, {"disabled": disabled})
        audit.done(me, "admins.disable" if disabled else "admins.enable", admin)
        if disabled:
            await self._sessions.end_all(admin)
        return await self._cluster.wait_admin(admin.name, admin.uid, lambda now: now.disabled == disabled)

    async def delete(self, me: Admin, admin: Admin, typed: str) -> None:
        """Delete it, where its name was typed; one's own too, unless it is the last owner's.
        Raises `Invalid`, `Forbidden`."""
        if typed.strip() != admin.name:
            raise Invalid("Nobody was deleted.", {"typed": f"Type `{admin.name}` to delete the account."})
        async with self._one_at_a_time:
            await self._must_not_be_the_last(admin)
            await self._resources.delete_admin(admin.name, admin.uid)
        audit.done(me, "admins.delete", admin)
        await self._sessions.end_all(admin)

    async def _must_not_be_the_last(self, admin: Admin) -> None:
        if admin.is_owner and not await self._links.has_owner(but=admin.uid):
            raise Forbidden(LAST_OWNER)


def _not_oneself(me: Admin, admin: Admin, what: str) -> None:
    if admin.uid == me.uid:
        raise Forbidden(f"You can't {what}. Another owner can.")
