"""A Backpack as the dashboard shows it: what it is, how it is, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Key = tuple[str, str]
"""Namespace and name."""

Mood = Literal["good", "busy", "bad", "resting"]
"""How a state is coloured."""

STEPS = (
    ("HostnameAccepted", "Hostname"),
    ("DatabaseReady", "Database"),
    ("CacheReady", "Cache"),
    ("ApiReady", "API"),
    ("WebReady", "Web server"),
    ("RouteReady", "Route"),
)
"""The conditions that a backpack passes on its way to Ready, in their order."""
_PATIENT = frozenset({"Starting", "Progressing", "Pending", "Waiting", "RollingOut", "Unknown"})
"""Reasons that time alone mends."""


@dataclass(frozen=True, slots=True)
class Condition:
    type: str
    status: str
    reason: str
    message: str
    since: str

    @property
    def true(self) -> bool:
        return self.status == "True"


@dataclass(frozen=True, slots=True)
class State:
    """The whole of it in a word and a sentence."""

    mood: Mood
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to Ready."""

    title: str
    mood: Literal["good", "busy", "bad", "waiting"]
    message: str


@dataclass(frozen=True, slots=True)
class Backpack:
    """One Backpack. `body` is the whole object, without `managedFields`."""

    namespace: str
    name: str
    uid: str
    body: Mapping[str, Any]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Backpack":
        metadata = {key: value for key, value in body["metadata"].items() if key != "managedFields"}
        kept = {**body, "metadata": metadata}
        return cls(metadata["namespace"], metadata["name"], metadata["uid"], kept)

    @property
    def key(self) -> Key:
        return (self.namespace, self.name)

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"/backpacks/{self.namespace}/{self.name}"

    @property
    def dom_id(self) -> str:
        """Of its row. A namespace holds no underscore, so that no two have the same."""
        return f"bp-{self.namespace}_{self.name}"

    @property
    def spec(self) -> Mapping[str, Any]:
        spec: Mapping[str, Any] = self.body.get("spec") or {}
        return spec

    @property
    def status(self) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self.body.get("status") or {}
        return status

    @property
    def title(self) -> str:
        return str(self.spec.get("displayName") or self.name)

    @property
    def hostname(self) -> str:
        return str(self.spec.get("hostname") or self.name)

    @property
    def admins(self) -> tuple[str, ...]:
        return tuple(self.spec.get("admins") or ())

    @property
    def url(self) -> str | None:
        return self.status.get("url")

    @property
    def api_url(self) -> str | None:
        return self.status.get("apiUrl")

    @property
    def created_at(self) -> str:
        return str(self.body["metadata"]["creationTimestamp"])

    @property
    def generation(self) -> int:
        """Of the spec: one more with each change of it."""
        return int(self.body["metadata"].get("generation", 0))

    @property
    def deleting(self) -> bool:
        return "deletionTimestamp" in self.body["metadata"]

    @property
    def suspended(self) -> bool:
        return bool(self.spec.get("suspend", False))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of the present generation: what is older is about another spec."""
        if self.status.get("observedGeneration") != self.generation:
            return ()
        return tuple(
            Condition(
                type=item["type"],
                status=item["status"],
                reason=item.get("reason", ""),
                message=item.get("message", ""),
                since=item.get("lastTransitionTime", ""),
            )
            for item in self.status.get("conditions") or ()
        )

    def condition(self, kind: str) -> Condition | None:
        return next((item for item in self.conditions if item.type == kind), None)

    @property
    def ready(self) -> bool:
        found = self.condition("Ready")
        return found is not None and found.true

    @property
    def state(self) -> State:
        ready = self.condition("Ready")
        if self.deleting:
            return State("busy", "Deleting", "It is being removed.")
        if ready is None:
            return State("busy", "Waiting", "The operator has not looked at it yet.")
        if self.suspended:
            return State("resting", "Suspended", "Its pods are at rest; everything else is kept.")
        if not ready.true:
            patient = ready.reason in _PATIENT
            label = "Starting" if patient else words(ready.reason)
            return State("busy" if patient else "bad", label, ready.message)
        degraded = self.condition("Degraded")
        if degraded is not None and degraded.true:
            return State("bad", "Degraded", degraded.message)
        return State("good", "Ready", "It serves requests.")

    @property
    def steps(self) -> tuple[Step, ...]:
        """How far it has come on the way to Ready."""
        steps = []
        for kind, title in STEPS:
            found = self.condition(kind)
            if found is None:
                steps.append(Step(title, "waiting", ""))
            elif found.true:
                steps.append(Step(title, "good", found.message))
            else:
                patient = found.reason in _PATIENT
                steps.append(Step(title, "busy" if patient else "bad", found.message))
        return tuple(steps)


def words(reason: str) -> str:
    """`HostnameTaken` as `Hostname taken`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in reason).strip()
    return words[:1].upper() + words[1:]
