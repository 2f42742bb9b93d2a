"""What the pods of a component write, as they write it, also by pods that come later."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.pod_logs import Line, Replica, in_order, why_none
from backpack_dashboard.errors import ClusterUnavailable, DashboardError, NotFound
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.stores.pods import PodStore

LOOK_SECONDS = 3.0
"""Between two looks at which pods there are."""
BATCH_SECONDS = 0.2
TAIL = 300
LATER_TAIL = 10_000
"""Of a container that has come since one looks: nothing of it is old."""
MAX_BATCH = 600
QUEUE = 1000
MAX_STREAMS = 64
"""Of all pages together: each takes a connection to the API server (`kube.client.CONNECTIONS`)."""

Find = Callable[[], Backpack]
"""The backpack as it is, for as long as the admin may see it; else raises `NotFound`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which component; of one pod only, where it names one; what was written before its
    last restart; how many lines that are there already, of each pod."""

    component: str
    pod: str = ""
    previous: bool = False
    tail: int = TAIL

    def takes(self, replica: Replica) -> bool:
        """Whether there is something of this replica to read."""
        kept = replica.previous if self.previous else replica.readable
        return kept and self.pod in ("", replica.pod)


@dataclass(frozen=True, slots=True)
class Found:
    """The pods that there are now, and what stands in the way of reading."""

    replicas: tuple[Replica, ...]
    trouble: str = ""


@dataclass(slots=True)
class _Reading:
    """Of one container. `tail`: how many lines that are there already; `seen`: the moment of its
    last line; `whole`: the stream has come to its end."""

    tail: int
    task: asyncio.Task[None] | None = None
    seen: datetime | None = None
    whole: bool = False
    trouble: str = ""

    @property
    def busy(self) -> bool:
        return self.task is not None and not self.task.done()


class PodLogs:
    def __init__(self, pods: PodStore) -> None:
        self._pods = pods
        self._streams = 0

    async def follow(self, find: Find, wanted: Wanted) -> AsyncGenerator[Found | list[Line]]:
        """What there is whenever that has changed, and lines as they come, some at a time, for
        as long as one iterates. Raises `NotFound` once the backpack is no longer there."""
        uid = find().uid
        queue: asyncio.Queue[Line] = asyncio.Queue(QUEUE)
        readings: dict[tuple[str, str, int], _Reading] = {}
        told: Found | None = None
        tail = wanted.tail
        try:
            while True:
                backpack = _same(find, uid)
                found = await self._look(backpack, wanted, readings)
                if found != told:
                    yield found
                    told = found
                self._begin(found.replicas, wanted, readings, queue, tail)
                tail = LATER_TAIL
                until = time.monotonic() + LOOK_SECONDS
                while (left := until - time.monotonic()) > 0:
                    if lines := await _some(queue, left):
                        _same(find, uid)
                        yield lines
        finally:
            tasks = [one.task for one in readings.values() if one.task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def once(self, find: Find, wanted: Wanted) -> AsyncGenerator[Found | list[Line]]:
        """What there is, and the lines that are there, of one pod after the other. Raises as
        `follow` does."""
        uid = find().uid
        found = await self._look(_same(find, uid), wanted, {})
        yield found
        for one in found.replicas:
            if not wanted.takes(one):
                continue
            reading = _Reading(wanted.tail)
            queue: asyncio.Queue[Line] = asyncio.Queue(QUEUE)
            reading.task = asyncio.create_task(self._read(one, wanted, reading, queue, follow=False))
            try:
                while not reading.task.done() or not queue.empty():
                    if lines := await _some(queue, BATCH_SECONDS):
                        _same(find, uid)
                        yield lines
            finally:
                reading.task.cancel()
                await asyncio.gather(reading.task, return_exceptions=True)
            if reading.trouble:
                yield Found(found.replicas, reading.trouble)

    async def _look(
        self, backpack: Backpack, wanted: Wanted, readings: dict[tuple[str, str, int], _Reading]
    ) -> Found:
        try:
            replicas = await self._pods.replicas(backpack, wanted.component)
        except DashboardError as error:
            return Found((), error.detail)
        if not replicas:
            return Found((), why_none(backpack))
        if wanted.pod and all(one.pod != wanted.pod for one in replicas):
            return Found(replicas, "This pod isn't there any more. Choose another one.")
        if wanted.previous and not any(wanted.takes(one) for one in replicas):
            return Found(replicas, "It wasn't restarted, or what it wrote before that isn't kept.")
        troubles = (readings[one.key].trouble for one in replicas if one.key in readings)
        return Found(replicas, next((text for text in troubles if text), ""))

    def _begin(
        self,
        replicas: tuple[Replica, ...],
        wanted: Wanted,
        readings: dict[tuple[str, str, int], _Reading],
        queue: asyncio.Queue[Line],
        tail: int,
    ) -> None:
        """Read what isn't being read: containers that are new, and those whose stream broke off."""
        there = {one.key for one in replicas}
        for key in [key for key, reading in readings.items() if key not in there and not reading.busy]:
            del readings[key]
        for one in replicas:
            if not wanted.takes(one):
                continue
            reading = readings.get(one.key)
            if reading is None:
                reading = readings[one.key] = _Reading(tail)
            elif reading.busy or (reading.whole and (wanted.previous or not one.running)):
                continue
            reading.task = asyncio.create_task(self._read(one, wanted, reading, queue))

    async def _read(
        self,
        replica: Replica,
        wanted: Wanted,
        reading: _Reading,
        queue: asyncio.Queue[Line],
        *,
        follow: bool = True,
    ) -> None:
        """One stream, until it ends."""
        since = reading.seen
        if self._streams >= MAX_STREAMS:
            reading.trouble = "Very many logs are looked at. Close some of them; this one goes on by itself."
            return
        self._streams += 1
        try:
            async with self._pods.lines(
                replica, reading.tail, since, previous=wanted.previous, follow=follow
            ) as lines:
                reading.trouble = ""
                async for line in lines:
                    # What is asked for since a moment begins with the whole of its second.
                    if since is None or line.moment is None or line.moment > since:
                        await queue.put(line)
                        reading.seen = line.moment or reading.seen
            reading.whole = True
        except ClusterUnavailable as error:
            reading.trouble = (
                "Its node, or the cluster, doesn't answer. The log is asked for again and again."
            )
            log.debug("a log broke off", extra={FIELDS: {"pod": replica.pod, "why": error.detail}})
        except DashboardError as error:
            reading.trouble = error.detail
            log.debug("a log broke off", extra={FIELDS: {"pod": replica.pod, "why": error.detail}})
        finally:
            self._streams -= 1


def _same(find: Find, uid: str) -> Backpack:
    """Another one of the same name is another one."""
    found = find()
    if found.uid != uid:
        raise NotFound
    return found


async def _some(queue: asyncio.Queue[Line], seconds: float) -> list[Line]:
    """What comes within so many seconds, and together with it, in the order in which it was
    written; nothing where nothing comes."""
    try:
        async with asyncio.timeout(seconds):
            first = await queue.get()
    except TimeoutError:
        return []
    await asyncio.sleep(BATCH_SECONDS)
    lines = [first, *(queue.get_nowait() for _ in range(min(queue.qsize(), MAX_BATCH)))]
    return in_order(lines)
