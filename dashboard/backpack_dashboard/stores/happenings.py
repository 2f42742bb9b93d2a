"""The last Events of each Backpack, in memory: one watch for all of them."""

from typing import Any

from backpack_dashboard.domain.happenings import Happening
from backpack_dashboard.stores.picture import Subscribers

KEPT = 30
"""Of one Backpack, the newest."""


class Happenings:
    """Events by the UID of the Backpack that they are about."""

    def __init__(self, subscribers: Subscribers) -> None:
        self._subscribers = subscribers
        self._by_uid: dict[str, dict[str, Happening]] = {}

    def of(self, uid: str) -> list[Happening]:
        """The newest first."""
        return sorted(self._by_uid.get(uid, {}).values(), key=lambda one: one.at, reverse=True)

    def replace_all(self, bodies: list[dict[str, Any]], namespace: str | None) -> None:
        for uid, kept in list(self._by_uid.items()):
            if namespace is None or any(one.namespace == namespace for one in kept.values()):
                del self._by_uid[uid]
        for body in bodies:
            self.seen(body)

    def seen(self, body: dict[str, Any]) -> None:
        one = Happening.parse(body)
        kept = self._by_uid.setdefault(one.uid, {})
        kept[one.id] = one
        if len(kept) > KEPT:
            del kept[min(kept.values(), key=lambda other: other.at).id]
        self._wake(body)

    def gone(self, body: dict[str, Any]) -> None:
        """Events run out after an hour."""
        one = Happening.parse(body)
        kept = self._by_uid.get(one.uid)
        if kept is not None:
            kept.pop(one.id, None)
            if not kept:
                del self._by_uid[one.uid]
            self._wake(body)

    def _wake(self, body: dict[str, Any]) -> None:
        about = body.get("involvedObject") or {}
        self._subscribers.wake({(about.get("namespace", ""), about.get("name", ""))})
