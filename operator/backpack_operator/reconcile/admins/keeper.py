"""Keeps the accounts: lists them, gives each its Secret, tells of it, and ends it."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backpack_contract.admins import FINALIZER, secret_metadata, secret_name
from backpack_operator.errors import Conflict, NotFound, OperatorError, Refused
from backpack_operator.kube.client import KubeClient
from backpack_operator.logs import about
from backpack_operator.model.admin import Admin, AdminSecret
from backpack_operator.model.conditions import Verdict, timed
from backpack_operator.model.kinds import ADMIN, SECRET
from backpack_operator.reconcile.admins.leaving import leave, let_go
from backpack_operator.reconcile.admins.verdict import ACTIVE, Case, Dashboard, elsewhere, ready, rival_of
from backpack_operator.settings import Settings

logger = logging.getLogger(__name__)

_AGAIN = 5.0


class Admins:
    """`changed(names)` hears of accounts that have come or gone; `clock` tells the time."""

    def __init__(
        self,
        client: KubeClient,
        settings: Settings,
        changed: Callable[[frozenset[str]], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._settings, self._changed, self._clock = client, settings, changed, clock
        self._dashboard = Dashboard(settings.dashboards_namespace, settings.dashboard_deployment)
        self._watched: tuple[str | None, ...] = settings.watch_namespaces or (None,)
        self._names: frozenset[str] | None = None
        self._looked: dict[str, tuple[tuple[str, str | None], float]] = {}
        """By UID: what it was like when it was looked at last, and when to look again."""
        self._elsewhere_at = float("-inf")

    @property
    def names(self) -> frozenset[str] | None:
        """The accounts that there are; None where that is not known."""
        return self._names

    async def first(self) -> None:
        """Return once it is known who there is, or that the API server does not tell."""
        while True:
            try:
                await self.load()
            except Refused as error:
                logger.warning("the accounts of the dashboard can't be listed: %s", error)
            except OperatorError as error:
                logger.warning("the start is put off: %s", error)
                await asyncio.sleep(_AGAIN)
                continue
            return

    async def load(self) -> list[Admin]:
        """List those that count. None are known where the cluster has no such kind."""
        try:
            bodies = await self._client.list(ADMIN, self._dashboard.namespace, "")
        except NotFound:
            self._names = None
            return []
        found = [Admin.parse(body) for body in bodies]
        before, self._names = self._names, frozenset(one.name for one in found if not one.deleting)
        if before is not None and before != self._names:
            self._changed(before ^ self._names)
        return found

    async def run(self, seconds: float) -> None:
        """For ever, each so many seconds."""
        while True:
            try:
                await self.look()
            except OperatorError as error:
                logger.warning("the accounts are looked at later: %s", error)
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Look at all once: at one that is as it was, only now and then."""
        found = await self.load()
        for admin in found:
            await self._attempt(admin, found)
        known = {admin.uid for admin in found}
        self._looked = {uid: entry for uid, entry in self._looked.items() if uid in known}
        if time.monotonic() - self._elsewhere_at >= self._settings.resync_seconds:
            await self._look_elsewhere()
            self._elsewhere_at = time.monotonic()

    async def _attempt(self, admin: Admin, others: list[Admin]) -> None:
        rival = rival_of(admin, others)
        state, now = (admin.resource_version, rival), time.monotonic()
        seen, due = self._looked.get(admin.uid, (None, 0.0))
        if seen == state and now < due:
            return
        try:
            again, version = await self._reconcile(admin, rival)
        except OperatorError as error:
            # The others are not kept waiting; the next round tries it again.
            logger.warning("to be tried again: %s", error, extra=about(admin.namespace, admin.name))
            return
        self._looked[admin.uid] = (version, rival), now + again

    async def _reconcile(self, admin: Admin, rival: str | None) -> tuple[float, str]:
        """In how many seconds to look again, though nothing has changed; and the version
        that it has by now."""
        if admin.deleting:
            await leave(self._client, admin, self._watched)
            return 0.0, admin.resource_version
        if FINALIZER not in admin.finalizers:
            metadata = {
                "resourceVersion": admin.resource_version,
                "finalizers": [*admin.finalizers, FINALIZER],
            }
            admin = Admin.parse(
                await self._client.patch(ADMIN, admin.namespace, admin.name, {"metadata": metadata})
            )
        secret = await self._secret(admin)
        verdict = ready(Case(admin, rival, secret, self._dashboard, self._clock()))
        version = await self._write(admin, verdict)
        settled = verdict.reason == ACTIVE
        return (self._settings.resync_seconds if settled else self._settings.look_again_seconds), version

    async def _secret(self, admin: Admin) -> AdminSecret | None:
        """That of its name, made where there is none. Its data is the dashboard's."""
        name = secret_name(admin.name)
        wanted = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": secret_metadata(admin.name, admin.namespace, admin.uid),
        }
        body = await self._client.get(SECRET, admin.namespace, name)
        if body is None:
            try:
                return AdminSecret.parse(await self._client.create({**wanted, "type": "Opaque"}))
            except Conflict:
                body = await self._client.get(SECRET, admin.namespace, name)
        found = AdminSecret.parse(body) if body is not None else None
        if found is not None and found.owner == admin.uid and not found.labelled:
            return AdminSecret.parse(await self._client.apply(wanted, uid=found.uid))
        return found

    async def _write(self, admin: Admin, verdict: Verdict) -> str:
        """The status, where it says something new; the version that there is then."""
        now = self._clock().isoformat(timespec="seconds").replace("+00:00", "Z")
        conditions = timed([verdict], admin.conditions, admin.generation, now)
        if (conditions, admin.generation) == (admin.conditions, admin.observed_generation):
            return admin.resource_version
        status: dict[str, Any] = {
            "observedGeneration": admin.generation,
            "conditions": [condition.to_dict() for condition in conditions],
        }
        change = {"metadata": {"uid": admin.uid}, "status": status}
        body = await self._client.patch(ADMIN, admin.namespace, admin.name, change, part="status")
        version: str = body["metadata"]["resourceVersion"]
        return version

    async def _look_elsewhere(self) -> None:
        """Tell those that don't count so."""
        for namespace in self._watched:
            for body in await self._client.list(ADMIN, namespace, ""):
                admin = Admin.parse(body)
                if admin.namespace == self._dashboard.namespace:
                    continue
                if admin.deleting:
                    await let_go(self._client, admin)
                else:
                    await self._write(admin, elsewhere(self._dashboard))
