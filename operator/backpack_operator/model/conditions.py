"""Conditions: one aspect of a Backpack's state each, with a reason for programs
and a sentence for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

READY = "Ready"
HOSTNAME_ACCEPTED = "HostnameAccepted"
DATABASE_READY = "DatabaseReady"
CACHE_READY = "CacheReady"
API_READY = "ApiReady"
WEB_READY = "WebReady"
ROUTE_READY = "RouteReady"
CONFIGURED = "Configured"
PROGRESSING = "Progressing"
UP_TO_DATE = "UpToDate"
DEGRADED = "Degraded"
MULTI_ATTACH_RISK = "MultiAttachRisk"
"""There only where it is True, as is the next."""
COLLECTIONS_RELEASED = "CollectionsReleased"
UNKNOWN_ADMINS = "UnknownAdmins"
CREDENTIALS_ROTATED = "CredentialsRotated"
"""There only where a rotation was asked for, as is the next."""
KEY_ROTATED = "PublishableKeyRotated"

PARTS = (DATABASE_READY, CACHE_READY, API_READY, WEB_READY)
"""Those of the four programs."""


Told = tuple[str, str]
"""A reason and a sentence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about one aspect, before it is given a time.

    `status` None stands for Unknown.
    """

    type: str
    status: bool | None
    reason: str
    message: str

    @property
    def text(self) -> str:
        return {True: "True", False: "False", None: "Unknown"}[self.status]


@dataclass(frozen=True, slots=True)
class Condition:
    """A verdict as it stands in the status."""

    type: str
    status: str
    reason: str
    message: str
    observed_generation: int
    last_transition_time: str

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Condition":
        return cls(
            type=written["type"],
            status=written["status"],
            reason=written["reason"],
            message=written["message"],
            observed_generation=written.get("observedGeneration", 0),
            last_transition_time=written["lastTransitionTime"],
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "observedGeneration": self.observed_generation,
            "lastTransitionTime": self.last_transition_time,
        }


def timed(
    verdicts: Iterable[Verdict], former: Iterable[Condition], generation: int, now: str
) -> tuple[Condition, ...]:
    """The conditions that the verdicts make. `now` (RFC 3339, whole seconds) becomes
    the transition time only of those whose status changed."""
    before = {condition.type: condition for condition in former}
    result = []
    for verdict in verdicts:
        old = before.get(verdict.type)
        since = old.last_transition_time if old and old.status == verdict.text else now
        message = verdict.message if len(verdict.message) <= 4096 else verdict.message[:4093] + "..."
        result.append(Condition(verdict.type, verdict.text, verdict.reason, message, generation, since))
    return tuple(result)


def find(conditions: Iterable[Condition], kind: str) -> Condition | None:
    return next((condition for condition in conditions if condition.type == kind), None)
