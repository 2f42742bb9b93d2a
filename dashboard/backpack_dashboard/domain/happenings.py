"""Events of the cluster about a Backpack, as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One Event. `at` is when it was last seen, RFC 3339."""

    id: str
    uid: str
    """Of the Backpack it is about."""
    namespace: str
    at: str
    warning: bool
    reason: str
    message: str

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Happening":
        metadata = body["metadata"]
        at = body.get("lastTimestamp") or body.get("eventTime") or metadata["creationTimestamp"]
        return cls(
            id=metadata["uid"],
            uid=(body.get("involvedObject") or {}).get("uid", ""),
            namespace=metadata["namespace"],
            at=at,
            warning=body.get("type") == "Warning",
            reason=body.get("reason", ""),
            message=body.get("message", ""),
        )
