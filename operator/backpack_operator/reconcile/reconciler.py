"""One reconcile: everything that is done about one Backpack, from top to bottom."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from backpack_operator.errors import Conflict, OperatorError, Refused, Unseen
from backpack_operator.kube.client import KubeClient
from backpack_operator.logs import about
from backpack_operator.model.backpack import FINALIZER, Backpack, Key
from backpack_operator.model.certificates import Sight
from backpack_operator.model.child import Child
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.model.delivery import Report
from backpack_operator.model.kinds import BACKPACK, INGRESS_ROUTE, SECRET, ObjectKey
from backpack_operator.model.status import Status
from backpack_operator.reconcile.admins.keeper import Admins
from backpack_operator.reconcile.apply import apply, remove
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.decide import Plan, decide, finalizers
from backpack_operator.reconcile.deletion import finalize, leave_hostname
from backpack_operator.reconcile.deliver import due
from backpack_operator.reconcile.deliveries import Deliveries
from backpack_operator.reconcile.events import event_body, news
from backpack_operator.reconcile.gather import certificate, gather, pods
from backpack_operator.reconcile.hostnames import Hostnames
from backpack_operator.reconcile.judge import judge, status
from backpack_operator.reconcile.look import hosts_to_look_at
from backpack_operator.reconcile.looks import Looks
from backpack_operator.reconcile.observed import Observed
from backpack_operator.reconcile.pause import paused
from backpack_operator.reconcile.reserved import reserved
from backpack_operator.reconcile.rotate import asked_of_api
from backpack_operator.reconcile.rotating import rotate
from backpack_operator.reconcile.signing import Signing
from backpack_operator.reconcile.trust import Trust
from backpack_operator.reconcile.turn import Turn, begun
from backpack_operator.reconcile.verdicts.certificates import CERTIFICATE_TROUBLES
from backpack_operator.reconcile.verdicts.configuration import taken_digest
from backpack_operator.reconcile.verdicts.found import Found, Wave
from backpack_operator.reconcile.verdicts.refusals import Refusal
from backpack_operator.reconcile.verdicts.rotation import ROTATING
from backpack_operator.reconcile.verdicts.upgrade import failed, kept_mark
from backpack_operator.reconcile.waves.fleet import Fleet
from backpack_operator.settings import Settings
from backpack_operator.specs.credentials_secret import PART as CREDENTIALS

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How a reconcile ended; also a label of its metric."""

    DONE = "done"
    GONE = "gone"
    HELD = "held"
    """Something has to happen first that no event tells of."""
    REFUSED = "refused"
    """The API server would not take an object; to be tried again, ever more slowly."""
    WAITING = "waiting"
    """Pods are not ready, and have to be looked at again, ever more slowly."""
    AGAIN = "again"
    """Something was written that only the next one draws the consequences of, or by somebody
    else in the meantime."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reconciler:
    """All it takes; `clock` tells the time of conditions and Events."""

    client: KubeClient
    settings: Settings
    backpacks: Backpacks
    children: Children
    hostnames: Hostnames
    signing: Signing
    deliveries: Deliveries
    operations: Deliveries
    """What APIs are asked for beside their configuration."""
    looks: Looks
    fleet: Fleet
    trust: Trust
    admins: Admins
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def reconcile(self, key: Key) -> Outcome:
        backpack = self.backpacks.get(key)
        if backpack is None:
            self._drop(key)
            self.trust.unknown(key)
            await self._clean_up(key)
            return Outcome.GONE
        if backpack.paused:
            self._drop(key)
            changed = await self._write(backpack, paused(backpack, self._now()))
            return Outcome.AGAIN if changed else Outcome.DONE
        if backpack.deleting:
            self._drop(key)
            await leave_hostname(self.client, self.children, self.hostnames, backpack)
            if FINALIZER in backpack.finalizers:
                await finalize(self.client, backpack, self._now())
            return Outcome.GONE
        if backpack.namespace == self.settings.dashboards_namespace:
            self._drop(key)
            await self.hostnames.leave(key)
            await self._write(backpack, reserved(backpack, self._now()))
            return Outcome.DONE
        backpack = await self._finalizers(backpack)
        if not self.children.of(key):
            try:
                return await self._keep(backpack, new=True)
            except Unseen as error:
                logger.info("something is there already: %s", error, extra=about(key.namespace, key.name))
        return await self._keep(backpack, new=False)

    async def _keep(self, backpack: Backpack, *, new: bool) -> Outcome:
        """`new`: memory has nothing of it, and most likely there is nothing."""
        live = await gather(self.client, self.children, backpack, self.settings, new=new)
        holder = await self.hostnames.acquire(backpack)
        secret = await certificate(self.client, backpack, self.settings)
        observed = Observed(
            live,
            holder,
            self.signing.trusted,
            secret,
            may_upgrade=self.fleet.turn(backpack.key),
            admins=self.admins.names,
            in_force=self._in_force(backpack),
        )
        await self._up_to_date(backpack, observed)
        fresh = FreshPasswords.make()
        plan = decide(backpack, observed, self.settings, fresh)
        if plan.turn is not None and plan.turn.begins:
            backpack = await self._begin(backpack, plan.turn)
        after, refusals = await apply(self.client, self.children, plan, live, new=new)
        await remove(self.client, self.children, plan.remove)
        for doomed, _ in plan.remove:
            after.pop(doomed, None)
        if _routes_settled(plan, after, refusals):
            await self.hostnames.release(backpack.key, keep=holder if observed.accepted(backpack) else None)
        observed = replace(observed, children=after)
        report = self._deliver(backpack, plan, observed)
        wave = self._wave(backpack)
        now = self.clock()
        troubles = await pods(self.client, backpack, observed, now)
        operation = self._operate(backpack, plan, observed)
        hosts = hosts_to_look_at(backpack, observed, self.settings)
        sight = self._look(backpack.key, hosts)
        found = Found(
            backpack,
            plan,
            observed,
            self.settings,
            now,
            refusals=refusals,
            report=report,
            wave=wave,
            pods=troubles,
            looked_at=bool(hosts),
            sight=sight,
            operation=operation,
        )
        verdicts = judge(found)
        if plan.document is not None and taken_digest(found) == plan.document.digest:
            self.trust.taken(backpack.key, plan.document.configuration.admin_keys)
        await self._post(backpack, verdicts)
        changed = await self._write(backpack, status(found, verdicts, self._now()))
        if await rotate(self.client, found, fresh) or changed:
            return Outcome.AGAIN
        if refusals:
            return Outcome.REFUSED
        if self._waits(found, verdicts):
            return Outcome.HELD
        return Outcome.WAITING if observed.unfinished(backpack) else Outcome.DONE

    def _deliver(self, backpack: Backpack, plan: Plan, observed: Observed) -> Report | None:
        """Have the running API brought its configuration, beside this reconcile."""
        delivery = due(backpack, plan, observed, self.settings)
        if delivery is None:
            self.deliveries.drop(backpack.key)
            return None
        return self.deliveries.want(backpack.key, delivery)

    def _operate(self, backpack: Backpack, plan: Plan, observed: Observed) -> Report | None:
        """Have the running API asked for the present step of a rotation."""
        asked = asked_of_api(backpack, plan, observed, self.settings)
        if asked is None:
            self.operations.drop(backpack.key)
            return None
        return self.operations.want(backpack.key, asked)

    def _in_force(self, backpack: Backpack) -> int:
        """The revision for which the API has refused what was delivered last."""
        report = self.deliveries.report(backpack.key)
        return report.in_force if report is not None else 0

    async def _up_to_date(self, backpack: Backpack, observed: Observed) -> None:
        """Raise where the Secret has been written for a newer Backpack than the informer has
        told of. It may also be one that was restored from a backup: then it is as known."""
        last = observed.revision(backpack)
        secret = observed.child(backpack, SECRET, CREDENTIALS)
        if last is None or secret is None or secret.owner != backpack.uid:
            return
        if last.generation <= backpack.generation:
            return
        body = await self.client.get(BACKPACK, backpack.namespace, backpack.name)
        if body is None or body["metadata"]["generation"] != backpack.generation:
            raise OperatorError(f"the informer has not told of the present {backpack.key} yet")

    def _look(self, key: Key, hosts: tuple[str, ...]) -> Sight | None:
        """Have Traefik looked at, beside this reconcile; what was last seen of it."""
        if hosts:
            return self.looks.want(key, hosts)
        self.looks.drop(key)
        return None

    def _drop(self, key: Key) -> None:
        """Nothing is to be done for it beside its reconciles."""
        self.deliveries.drop(key)
        self.operations.drop(key)
        self.looks.drop(key)

    @staticmethod
    def _waits(found: Found, verdicts: Sequence[Verdict]) -> bool:
        """Whether something has to happen that nobody tells the operator of."""
        reasons = {verdict.reason for verdict in verdicts}
        return (
            found.plan.hold is not None
            or bool(found.plan.conflicts)
            or not found.accepted
            or not CERTIFICATE_TROUBLES.isdisjoint(reasons)
            or ROTATING in reasons
            # Its time may run out.
            or (kept_mark(found) is not None and failed(found) is None)
        )

    def _wave(self, backpack: Backpack) -> Wave:
        mark = backpack.status.upgrade
        return Wave(self.fleet.halted_by, mark.seconds(self.clock()) if mark is not None else 0.0)

    async def _begin(self, backpack: Backpack, chosen: Turn) -> Backpack:
        """Write that its turn has come, before any pod is touched, so that whoever goes on
        after a crash counts it; and only if it still is as it was read, since it may have
        been paused just now."""
        status = begun(backpack, chosen, self._now())
        change = {"metadata": {"resourceVersion": backpack.resource_version}, "status": status.to_dict()}
        body = await self.client.patch(BACKPACK, backpack.namespace, backpack.name, change, part="status")
        self.backpacks.answered(body)
        logger.info(
            "its turn has come to run %s",
            chosen.runtime.images.api,
            extra=about(backpack.namespace, backpack.name),
        )
        return Backpack.parse(body)

    async def _finalizers(self, backpack: Backpack) -> Backpack:
        """Before there is data to delete, so that a deletion can't overtake it."""
        wanted = finalizers(backpack)
        if list(backpack.finalizers) == wanted:
            return backpack
        metadata = {"resourceVersion": backpack.resource_version, "finalizers": wanted}
        body = await self.client.patch(BACKPACK, backpack.namespace, backpack.name, {"metadata": metadata})
        self.backpacks.answered(body)
        return Backpack.parse(body)

    async def _post(self, backpack: Backpack, verdicts: Sequence[Verdict]) -> None:
        """Events of what is news."""
        for item in news(backpack, verdicts):
            moment = self.clock().isoformat(timespec="microseconds").replace("+00:00", "Z")
            logger.info("%s: %s", item.reason, item.message, extra=about(backpack.namespace, backpack.name))
            try:
                await self.client.create(event_body(backpack, item, moment))
            except Conflict:
                logger.debug("this Event exists already")
            except Refused as error:
                logger.warning("an Event was refused: %s", error)

    async def _write(self, backpack: Backpack, new: Status) -> bool:
        """The status, where it says something new. Whether the Backpack has been changed since
        it was read, so that it has to be looked at again."""
        if new == backpack.status:
            return False
        change = {"metadata": {"uid": backpack.uid}, "status": new.to_dict()}
        body = await self.client.patch(BACKPACK, backpack.namespace, backpack.name, change, part="status")
        return self.backpacks.answered(body)

    async def _clean_up(self, key: Key) -> None:
        """After a Backpack without a finalizer is gone: the garbage collector takes its
        children, but a hostname must not be free before its routes are gone."""
        if not key.name:
            # Somebody has put our label on an object that no Backpack's child is named like.
            return
        body = await self.client.get(BACKPACK, key.namespace, key.name)
        if body is not None:
            self.backpacks.seen(body)
            raise OperatorError(f"{key} exists, although the informer has not told of it yet")
        routes = [
            (child_key, child.uid)
            for child_key, child in self.children.of(key)
            # By annotation, where it was deleted without its children (--cascade=orphan).
            if child_key.kind == INGRESS_ROUTE
            and (child.owner_references or child.owner)
            and not child.deleting
        ]
        await remove(self.client, self.children, routes)
        await self.hostnames.leave(key)

    def _now(self) -> str:
        return self.clock().isoformat(timespec="seconds").replace("+00:00", "Z")


def _routes_settled(plan: Plan, after: Mapping[ObjectKey, Child], refusals: Sequence[Refusal]) -> bool:
    """Whether there is no route to any other hostname than the one that is wanted."""
    if plan.hold is not None:
        # Nothing was applied or removed: a route that is there may be to any.
        return not any(key.kind == INGRESS_ROUTE for key in after)
    return not any(refusal.key.kind == INGRESS_ROUTE for refusal in refusals)
