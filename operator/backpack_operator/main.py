"""The program: builds the parts, connects them, and takes them down in order."""

import asyncio
import logging
import signal
from functools import partial

from backpack_operator import entry_point
from backpack_operator.admin_api import AdminApi
from backpack_operator.handlers.http import Health, application, serve
from backpack_operator.handlers.informer import Informer
from backpack_operator.kube.client import KubeClient
from backpack_operator.metrics import Metrics
from backpack_operator.model.backpack import Key
from backpack_operator.model.delivery import Delivery
from backpack_operator.model.key_rotation import Periods
from backpack_operator.reconcile.backpacks import Backpacks
from backpack_operator.reconcile.children import Children
from backpack_operator.reconcile.deliveries import Deliveries
from backpack_operator.reconcile.hostnames import Hostnames
from backpack_operator.reconcile.looks import Looks
from backpack_operator.reconcile.loop import Loop
from backpack_operator.reconcile.queue import WorkQueue
from backpack_operator.reconcile.reconciler import Reconciler
from backpack_operator.reconcile.resync import Memory, Resync
from backpack_operator.reconcile.retry import ask_again
from backpack_operator.reconcile.signing import Signing
from backpack_operator.reconcile.trust import Trust
from backpack_operator.reconcile.waves.fleet import Fleet
from backpack_operator.settings import Settings

logger = logging.getLogger(__name__)

_OPERATION_SECONDS = 10.0
"""At most between two tries of a step of a rotation, which waits for a pod's files."""


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT, or an error that ends the informer."""
    metrics = Metrics()
    client = await KubeClient.connect(metrics.count_request)
    queue: WorkQueue[Key] = WorkQueue()
    signing = Signing(client, settings.namespace)
    fleet = Fleet(settings, queue.add_after)
    memory = Memory(
        Backpacks(fleet.note), Children(), Hostnames(client, settings.namespace, queue.add), signing
    )
    admin = AdminApi()
    deliveries, operations = _deliveries(admin, signing, queue)
    trust = Trust(memory.backpacks)
    signing.on_change(lambda: _add_all(memory.backpacks, queue))
    looks = _looks(client, queue, settings)
    reconciler = Reconciler(client, settings, *memory, deliveries, operations, looks, fleet, trust)
    loop = Loop(queue, reconciler.reconcile, metrics, settings)
    resync = Resync(client, memory, settings.watch_namespaces, queue.add_after)
    informer = Informer(memory.backpacks, memory.children, queue, resync)
    metrics.gauges(
        (
            ("queue_depth", "Backpacks that wait to be reconciled.", lambda: queue.depth),
            ("children", "Children that are remembered.", lambda: len(memory.children)),
            (
                "configurations_waiting",
                "Configurations that an API has still to take.",
                lambda: deliveries.waiting,
            ),
            (
                "certificates_lacking",
                "Backpacks for which Traefik shows no valid certificate from its resolver.",
                lambda: looks.lacking,
            ),
            ("watch_event_age_seconds", "Since the last event.", lambda: informer.quiet_seconds),
            ("resync_age_seconds", "Since all there is was last listed.", lambda: resync.age_seconds),
            ("resync_period_seconds", "How often that is done.", lambda: settings.resync_seconds),
            (
                "signing_keys",
                "Keys that APIs have to trust; more than one while one takes another's place.",
                lambda: signing.count,
            ),
        ),
        memory.backpacks.summaries,
    )
    metrics.upgrades(fleet.upgrades)
    health = Health(
        client.version,
        lambda: loop.alive and deliveries.alive and operations.alive and looks.alive,
        lambda: resync.stalled,
    )
    http = await serve(application(health, metrics), settings.http_port)
    stop, ready, stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def reconcile_when_told() -> None:
        await ready.wait()
        _on_signals(stopped)
        await resync.first()
        fleet.open()
        loop.open()
        logger.info("reconciling %d Backpacks", len(memory.backpacks))
        await asyncio.gather(
            resync.run(settings.resync_seconds),
            signing.run(trust.confirmed, _periods(settings), settings.look_again_seconds),
        )

    # kopf ends all tasks that were begun after it: these come before.
    background = asyncio.create_task(reconcile_when_told(), name="resync")
    waiting = asyncio.create_task(stopped.wait(), name="signals")
    listening = asyncio.create_task(informer.run(settings.watch_namespaces, stop, ready), name="informer")
    try:
        await asyncio.wait({background, waiting, listening}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        logger.info("stopping")
        waiting.cancel()
        background.cancel()
        await loop.close()
        await asyncio.gather(deliveries.close(), operations.close(), looks.close())
        await admin.close()
        await http.cleanup()
        stop.set()
        results = await asyncio.gather(listening, background, return_exceptions=True)
        await client.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


def _deliveries(admin: AdminApi, signing: Signing, queue: WorkQueue[Key]) -> tuple[Deliveries, Deliveries]:
    """Of configurations, and of what else the APIs are asked for."""

    async def deliver(delivery: Delivery) -> None:
        url = delivery.url + delivery.path
        await admin.put(url, signing.token(delivery.audience), delivery.text)

    operations = Deliveries(deliver, queue.add, most_seconds=_OPERATION_SECONDS)
    return Deliveries(deliver, queue.add), operations


def _periods(settings: Settings) -> Periods:
    return Periods(settings.key_announce_seconds, settings.key_patience_seconds, settings.key_overlap_seconds)


def _looks(client: KubeClient, queue: WorkQueue[Key], settings: Settings) -> Looks:
    shown = partial(entry_point.shown, settings.traefik_https_address or "")
    again = partial(ask_again, client, settings.namespace)
    return Looks(shown, queue.add, again, settings.certificate_retry_seconds)


def _add_all(backpacks: Backpacks, queue: WorkQueue[Key]) -> None:
    for key in backpacks:
        queue.add(key)


def _on_signals(stopped: asyncio.Event) -> None:
    """In place of kopf's own handlers, so that what is being reconciled is finished."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
