"""One subscription, over as many connections as it takes."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..documents import DocumentEvent, DocumentGone, DocumentWritten, Filter
from ..listeners import call
from .link import Message

REMEMBERED = 10_000
"""Documents whose version is remembered."""


class Subscription:
    """What one handler hears of one collection."""

    def __init__(
        self, collection: str, filter: Filter | None, handler: Callable[[DocumentEvent[Any]], None]
    ) -> None:
        self.collection = collection
        self.filter = filter
        self.id: str | None = None
        """What the server calls it on this connection."""
        self.since: str | None = None
        """After which event to go on."""
        self.began: str | None = None
        """What that was when this connection began."""
        self._handler = handler
        self._versions: OrderedDict[str, int] = OrderedDict()

    def rewind(self, seq: str | None) -> None:
        """After a reset go on from what has come over this connection, or from its `seq`."""
        if self.since and self.since == self.began:
            self.since = seq

    def tell(self, event: DocumentEvent[Any]) -> None:
        call(self._handler, event)

    def deliver(self, message: Message) -> None:
        """Hand an event on, unless a newer one of its document was there before.

        Replicas may overtake each other.
        """
        kind, doc, seq = message["type"], message["doc"], message["seq"]
        self.since = seq
        if self._overtaken(kind, doc):
            return
        if kind == "delete":
            self.tell(DocumentGone(kind, doc, seq))
        else:
            self.tell(DocumentWritten(kind, doc, seq))

    def _overtaken(self, kind: str, doc: dict[str, Any]) -> bool:
        version: int | None = doc.get("version")
        if version is None:
            return False
        known = self._versions.get(doc["id"], 0)
        if version < known or (version == known and kind != "delete"):
            return True
        self._versions[doc["id"]] = version
        self._versions.move_to_end(doc["id"])
        if len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)
        return False
