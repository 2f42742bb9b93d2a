"""Sessions that were found lately, so that a request needs no round trip for its own.

Nothing here knows whether a session has ended meanwhile: who keeps this memory
forgets what has, and asks it only while that would have been heard of.
"""

from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass

from backpack_api.domain.sessions import Session

MAX_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    session: Session
    until: float


class SessionMemory:
    """At most `size` sessions by their digest; the one unused for longest makes room."""

    def __init__(self, size: int = MAX_SESSIONS) -> None:
        self._size = size
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._digests: dict[str, set[str]] = {}

    def get(self, digest: str, now: float) -> Session | None:
        """The session, unless it isn't known, or no longer than until now."""
        known = self._known.get(digest)
        if known is None:
            return None
        if now >= known.until:
            self._drop(digest)
            return None
        self._known.move_to_end(digest)
        return known.session

    def keep(self, session: Session, until: float) -> None:
        """Remember a session until then, on the clock that `get` is asked by."""
        self._drop(session.digest)
        self._known[session.digest] = _Known(session, until)
        self._digests.setdefault(session.user_id, set()).add(session.digest)
        if len(self._known) > self._size:
            self._drop(next(iter(self._known)))

    def forget(self, user_id: str, session_ids: Container[str] | None) -> None:
        """Forget these sessions of a user; None: all of them."""
        for digest in tuple(self._digests.get(user_id, ())):
            if session_ids is None or self._known[digest].session.id in session_ids:
                self._drop(digest)

    def clear(self) -> None:
        self._known.clear()
        self._digests.clear()

    def __len__(self) -> int:
        return len(self._known)

    def _drop(self, digest: str) -> None:
        known = self._known.pop(digest, None)
        if known is None:
            return
        digests = self._digests[known.session.user_id]
        digests.discard(digest)
        if not digests:
            del self._digests[known.session.user_id]
