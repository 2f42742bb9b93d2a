"""How far a Deployment's rollout is: all that is kept of its status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rollout:
    """Counts of pods; `stuck` and `refused` are the Deployment's own sentences."""

    wanted: int
    current: int
    """Pods of the present template."""
    total: int
    available: int
    seen: bool
    """Whether the deployment controller has seen the present spec."""
    stuck: str | None
    refused: str | None

    @property
    def complete(self) -> bool:
        return self.seen and self.wanted == self.current == self.total == self.available

    @property
    def awaits_pods(self) -> bool:
        """Whether there are pods, and not all of them are as they should be."""
        return self.wanted > 0 and self.total > 0 and not self.complete

    @classmethod
    def of(cls, live: Mapping[str, Any]) -> "Rollout":
        status = live.get("status") or {}
        conditions = {condition["type"]: condition for condition in status.get("conditions", ())}
        progressing = conditions.get("Progressing", {})
        failure = conditions.get("ReplicaFailure", {})
        return cls(
            wanted=live["spec"].get("replicas", 1),
            current=status.get("updatedReplicas", 0),
            total=status.get("replicas", 0),
            available=status.get("availableReplicas", 0),
            seen=status.get("observedGeneration", 0) >= live["metadata"].get("generation", 1),
            stuck=progressing.get("message", "") if progressing.get("status") == "False" else None,
            refused=failure.get("message", "") if failure.get("status") == "True" else None,
        )
