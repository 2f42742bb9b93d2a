"""How the parts that reconcile are connected: all but what news comes in by, and the workers."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from backpack_operator import entry_point
from backpack_operator.admin_api import AdminApi
from backpack_operator.kube.client import KubeClient
from backpack_operator.model.backpack import Key
from backpack_operator.model.delivery import Delivery
from backpack_operator.reconcile.admins.keeper import Admins
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.deliveries import Deliveries
from backpack_operator.reconcile.hostnames import Hostnames
from backpack_operator.reconcile.looks import Looks
from backpack_operator.reconcile.queue import WorkQueue
from backpack_operator.reconcile.reconciler import Reconciler
from backpack_operator.reconcile.resync import Memory, Resync
from backpack_operator.reconcile.retry import ask_again
from backpack_operator.reconcile.signing import Signing
from backpack_operator.reconcile.trust import Trust
from backpack_operator.reconcile.waves.fleet import Fleet
from backpack_operator.settings import Settings

_OPERATION_SECONDS = 10.0
"""At most between two tries of a step of a rotation, which waits for a pod's files."""


@dataclass(frozen=True, slots=True)
class Parts:
    """`deliveries`: of configurations; `operations`: of what else the APIs are asked for."""

    queue: WorkQueue[Key]
    memory: Memory
    fleet: Fleet
    trust: Trust
    admins: Admins
    deliveries: Deliveries
    operations: Deliveries
    looks: Looks
    reconciler: Reconciler
    resync: Resync

    @property
    def alive(self) -> bool:
        """Whether everything that works beside the reconciles still does."""
        return self.deliveries.alive and self.operations.alive and self.looks.alive

    async def close(self) -> None:
        """End what works beside the reconciles."""
        await asyncio.gather(self.deliveries.close(), self.operations.close(), self.looks.close())


def assemble(client: KubeClient, settings: Settings, admin: AdminApi) -> Parts:
    """On the running event loop; `close` the result, then what was given."""
    queue: WorkQueue[Key] = WorkQueue()
    signing = Signing(client, settings.namespace)
    fleet = Fleet(settings, queue.add_after)
    memory = Memory(
        Backpacks(fleet.note), Children(), Hostnames(client, settings.namespace, queue.add), signing
    )
    deliveries, operations = _deliveries(admin, signing, queue)
    trust = Trust(memory.backpacks)
    signing.on_change(lambda: _add_all(memory.backpacks, queue))
    looks = _looks(client, queue, settings)
    admins = Admins(client, settings, lambda names: _add_all(memory.backpacks.of_admins(names), queue))
    return Parts(
        queue=queue,
        memory=memory,
        fleet=fleet,
        trust=trust,
        admins=admins,
        deliveries=deliveries,
        operations=operations,
        looks=looks,
        reconciler=Reconciler(client, settings, *memory, deliveries, operations, looks, fleet, trust, admins),
        resync=Resync(client, memory, settings.watch_namespaces, queue.add_after),
    )


def _deliveries(admin: AdminApi, signing: Signing, queue: WorkQueue[Key]) -> tuple[Deliveries, Deliveries]:
    async def deliver(delivery: Delivery) -> None:
        url = delivery.url + delivery.path
        await admin.put(url, signing.token(delivery.audience), delivery.text)

    operations = Deliveries(deliver, queue.add, most_seconds=_OPERATION_SECONDS)
    return Deliveries(deliver, queue.add), operations


def _looks(client: KubeClient, queue: WorkQueue[Key], settings: Settings) -> Looks:
    shown = partial(entry_point.shown, settings.traefik_https_address or "")
    again = partial(ask_again, client, settings.namespace)
    return Looks(shown, queue.add, again, settings.certificate_retry_seconds)


def _add_all(keys: Iterable[Key], queue: WorkQueue[Key]) -> None:
    for key in keys:
        queue.add(key)
