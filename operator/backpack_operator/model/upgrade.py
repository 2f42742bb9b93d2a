"""The mark of a Backpack whose turn in a wave has come, from then until its pods are ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`started_at` in RFC 3339; `served`: whether it served when its turn came. One that
    did not can't be made worse, and stops nobody."""

    started_at: str
    served: bool

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Upgrade":
        return cls(written["startedAt"], written["served"])

    def to_dict(self) -> dict[str, Any]:
        return {"startedAt": self.started_at, "served": self.served}

    def seconds(self, now: datetime) -> float:
        """How long ago it began."""
        return (now - datetime.fromisoformat(self.started_at)).total_seconds()
