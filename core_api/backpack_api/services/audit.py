"""Writing the audit log: each change before it begins, and how it ended before it is
answered. What can't be written down isn't done."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from logging import getLogger

from backpack_api.domain.audit import MAX_AGE_DAYS, MAX_ENTRIES, AuditEntry, Outcome
from backpack_api.domain.cursors import decode_cursor, encode_cursor
from backpack_api.domain.identifiers import first_id_of
from backpack_api.domain.json_text import JsonObject
from backpack_api.logs import FIELDS
from backpack_api.problems import Problem, StoreUnavailable
from backpack_api.stores.audit import AuditStore

PRUNE_EVERY = 500
"""Entries of one process between two prunings."""

log = getLogger("backpack_api.audit")


class AuditService:
    """The audit log of one backpack."""

    def __init__(
        self,
        store: AuditStore,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        *,
        max_entries: int = MAX_ENTRIES,
        prune_every: int = PRUNE_EVERY,
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._now = now
        self._max_entries = max_entries
        self._prune_every = prune_every
        self._until_pruning = 0

    @asynccontextmanager
    async def change(self, who: str, op: str, target: JsonObject) -> AsyncIterator[AuditEntry]:
        """Surround a change. The entry's `target` may be completed meanwhile. Raises
        `StoreUnavailable`, before anything is changed, where the log can't be written."""
        entry = AuditEntry(self._new_id(), self._now(), who, op, dict(target))
        await self._prune()
        await self._store.insert(entry)
        try:
            yield entry
        except Problem as problem:
            entry.outcome = Outcome.REFUSED if problem.status < 500 else Outcome.FAILED
            entry.problem = problem.slug
            raise
        except BaseException:
            entry.outcome = Outcome.FAILED
            raise
        else:
            entry.outcome = Outcome.DONE
        finally:
            await self._finish(entry)

    async def page(
        self, *, limit: int, cursor: str | None, who: str | None = None, op: str | None = None
    ) -> tuple[list[AuditEntry], str | None]:
        """The newest entries first, and the cursor of those that follow."""
        equal = {key: value for key, value in (("who", who), ("op", op)) if value is not None}
        before = decode_cursor(cursor) if cursor is not None else None
        entries, more = await self._store.page(before=before, limit=limit, equal=equal)
        return entries, encode_cursor(entries[-1].id) if more else None

    async def _finish(self, entry: AuditEntry) -> None:
        fields = {"who": entry.who, "op": entry.op, "target": entry.target, "outcome": entry.outcome.value}
        log.info("admin change", extra={FIELDS: fields})
        try:
            await self._store.replace(entry)
        except StoreUnavailable:
            # It says `begun`, which is true. The change itself is answered as it went.
            log.warning("the end of a change was not written down", extra={FIELDS: {"entry": entry.id}})

    async def _prune(self) -> None:
        self._until_pruning -= 1
        if self._until_pruning < 0:
            self._until_pruning = self._prune_every
            oldest = first_id_of(self._now() - timedelta(days=MAX_AGE_DAYS))
            await self._store.prune(keep=self._max_entries, oldest=oldest)
