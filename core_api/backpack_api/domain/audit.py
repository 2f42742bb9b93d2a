"""The audit log: who changed what, and when. Never with what: an entry names what was
changed and holds no document, no password and no e-mail address."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.moments import rfc3339

MAX_ENTRIES = 10_000
MAX_AGE_DAYS = 400


class Outcome(StrEnum):
    """How a change ended."""

    BEGUN = "begun"
    """Not known: it goes on, or the process ended in its midst."""
    DONE = "done"
    REFUSED = "refused"
    """The caller was told a problem of his own making: nothing was changed."""
    FAILED = "failed"
    """It broke; some of it may have been done."""


@dataclass(slots=True)
class AuditEntry:
    """One change. The id sorts by time."""

    id: str
    at: datetime
    who: str
    """The administrator's name."""
    op: str
    target: JsonObject = field(default_factory=dict)
    """Which things: ids and names."""
    outcome: Outcome = Outcome.BEGUN
    problem: str | None = None
    """The type of the problem that was answered."""

    def to_json_object(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": rfc3339(self.at),
            "who": self.who,
            "op": self.op,
            "target": self.target,
            "outcome": self.outcome.value,
            "problem": self.problem,
        }
