"""The program: starts the parts, and takes them down in order."""

import asyncio
import logging
import signal

from backpack_operator.admin_api import AdminApi
from backpack_operator.assembly import assemble
from backpack_operator.handlers.http import Health, application, serve
from backpack_operator.handlers.informer import Informer
from backpack_operator.kube.client import KubeClient
from backpack_operator.memory import settle
from backpack_operator.metrics import Metrics
from backpack_operator.model.key_rotation import Periods
from backpack_operator.reconcile.loop import Loop
from backpack_operator.settings import Settings

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT, or an error that ends the informer."""
    metrics, admin = Metrics(), AdminApi()
    client = await KubeClient.connect(metrics.count_request)
    parts = assemble(client, settings, admin)
    queue, memory, resync = parts.queue, parts.memory, parts.resync
    loop = Loop(queue, parts.reconciler.reconcile, metrics, settings)
    informer = Informer(memory.backpacks, memory.children, queue, resync)
    metrics.gauges(
        (
            ("queue_depth", "Backpacks that wait to be reconciled.", lambda: queue.depth),
            ("children", "Children that are remembered.", lambda: len(memory.children)),
            (
                "configurations_waiting",
                "Configurations that an API has still to take.",
                lambda: parts.deliveries.waiting,
            ),
            (
                "certificates_lacking",
                "Backpacks for which Traefik shows no valid certificate from its resolver.",
                lambda: parts.looks.lacking,
            ),
            ("watch_event_age_seconds", "Since the last event.", lambda: informer.quiet_seconds),
            ("resync_age_seconds", "Since all there is was last listed.", lambda: resync.age_seconds),
            ("resync_period_seconds", "How often that is done.", lambda: settings.resync_seconds),
            (
                "signing_keys",
                "Keys that APIs have to trust; more than one while one takes another's place.",
                lambda: memory.signing.count,
            ),
        ),
        memory.backpacks.summaries,
    )
    metrics.upgrades(parts.fleet.upgrades)
    health = Health(client.version, lambda: loop.alive and parts.alive, lambda: resync.stalled)
    http = await serve(application(health, metrics), settings.http_port)
    stop, ready, stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def reconcile_when_told() -> None:
        await ready.wait()
        _on_signals(stopped)
        await resync.first()
        await parts.admins.first()
        settle()
        parts.fleet.open()
        loop.open()
        logger.info("reconciling %d Backpacks", len(memory.backpacks))
        await asyncio.gather(
            resync.run(settings.resync_seconds),
            parts.admins.run(settings.admins_seconds),
            memory.signing.run(parts.trust.confirmed, _periods(settings), settings.look_again_seconds),
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
        await parts.close()
        await admin.close()
        await http.cleanup()
        stop.set()
        results = await asyncio.gather(listening, background, return_exceptions=True)
        await client.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


def _periods(settings: Settings) -> Periods:
    return Periods(settings.key_announce_seconds, settings.key_patience_seconds, settings.key_overlap_seconds)


def _on_signals(stopped: asyncio.Event) -> None:
    """In place of kopf's own handlers, so that what is being reconciled is finished."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
