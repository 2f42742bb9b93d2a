"""Whether an import is under way, or was cut off: then the backpack is neither what it was
nor what it is to be, and nobody but administrators sees it."""

from backpack_api.domain.events import IMPORT_CHANGED
from backpack_api.services.events import EventService
from backpack_api.services.watch import Watch
from backpack_api.stores.system import SystemStore

SUBJECT = "import"
HEARD_SECONDS = 1.2
"""When every replica has heard of it, and what it had let in has mostly been answered."""


class ImportGate:
    """Known on every replica, and also after a restart: it is in the database."""

    def __init__(self, store: SystemStore, events: EventService) -> None:
        self._store = store
        self._events = events
        self.closed = False
        self.watch = Watch(self._look)
        events.on(IMPORT_CHANGED, lambda _: self.watch.again())
        events.on_gap(self.watch.again)

    async def was_cut_off(self) -> bool:
        """Whether an import began and has not ended. Who asks holds the lock of imports."""
        return await self._store.get(SUBJECT) is not None

    async def close(self, by: str, at: str) -> None:
        """From now on, until `open`."""
        await self._store.put(SUBJECT, {"by": by, "at": at})
        self._tell(closed=True)

    async def open(self) -> None:
        await self._store.delete(SUBJECT)
        self._tell(closed=False)

    async def _look(self) -> None:
        self.closed = await self._store.get(SUBJECT) is not None

    def _tell(self, *, closed: bool) -> None:
        self.closed = closed
        self._events.publish(IMPORT_CHANGED, {})
