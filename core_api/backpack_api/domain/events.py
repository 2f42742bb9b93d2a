"""What is told to all replicas of a backpack, in one order."""

from dataclasses import dataclass
from typing import Any

from backpack_api.domain.documents import Document
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.sequences import Sequence

DOCUMENT = "db"
"""`{type, collection, before, after}`: see `document_event`."""
SESSIONS_ENDED = "sessions-ended"
"""`{user, sessions}`: ids of a user's sessions that are over; `sessions: null` means all of them."""
COLLECTIONS_CHANGED = "collections-changed"
"""`{name}`: its definition was made, changed or dropped."""
CONFIGURATION_CHANGED = "configuration-changed"
"""`{configuration}`: the JSON text of a `BackpackConfiguration`."""
SITE_CHANGED = "site-changed"
"""`{active}`: the site's releases changed; the id of the active one, null where there is none."""
IMPORT_CHANGED = "import-changed"
"""`{}`: an import began or ended; see `services.archives.gate`."""
CHANNEL = "channel"
"""`{channel, from, data}`: a message to the members of a channel."""
CHANNEL_DELETED = "channel-deleted"
"""`{channel}`: nobody is a member any more."""
PRESENCE = "presence"
"""`{user, type, channels}`: the user joined or left these channels, or came or went as a
member of them; see `domain.channels`."""
BROADCAST = "broadcast"
"""`{from, data}`: a message to everybody who is connected."""
RESET = "reset"
"""`{why}`: events before this one may be missing. Whoever derived something from events
begins anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the stream."""

    sequence: Sequence
    kind: str
    payload: JsonObject
    size: int = 0
    """Bytes that it takes in the stream, roughly."""

    @property
    def seq(self) -> str:
        """Opaque and growing; what `since` takes."""
        return str(self.sequence)


def document_event(collection: str, before: Document | None, after: Document | None) -> JsonObject:
    """The payload of a DOCUMENT event: documents are as the API answers them, None where
    there was or is none. Both are needed to tell who could see the change."""
    change = "update" if before and after else ("create" if after else "delete")
    payload: dict[str, Any] = {
        "type": change,
        "collection": collection,
        "before": before.to_json_object() if before else None,
        "after": after.to_json_object() if after else None,
    }
    return payload
