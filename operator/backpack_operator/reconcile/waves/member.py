"""How one Backpack stands to the wave: pure, from the object as it was read, so that an
operator that has just started finds the wave where it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backpack_contract.resources import UPGRADE_FIRST_LABEL
from backpack_operator.model import conditions as names
from backpack_operator.model.runtime import Runtime
from backpack_operator.reconcile.verdicts.found import WAITING as HELD
from backpack_operator.reconcile.verdicts.upgrade import UPGRADE_FAILED
from backpack_operator.settings import Settings
from backpack_operator.specs.engines import ENGINES


class State(StrEnum):
    """Also the label of a metric."""

    APART = "apart"
    """Takes no part: new, suspended, paused, being deleted, or nothing of it may be touched."""
    CURRENT = "current"
    WAITING = "waiting"
    UPGRADING = "upgrading"
    """Its turn has come, and its pods are not all ready yet."""
    FAILED = "failed"
    """The same, for too long: nobody else's turn comes."""
    BEHIND = "behind"
    """Its turn came for something that the settings don't name any more."""


IN_FLIGHT = frozenset({State.UPGRADING, State.FAILED, State.BEHIND})
WANTING = frozenset({State.WAITING, State.BEHIND})
"""Those whose turn is still to come."""


@dataclass(frozen=True, slots=True)
class Member:
    """One Backpack; `first`: it asks to be upgraded before the others; `serves`: all its
    parts are ready."""

    state: State
    first: bool
    serves: bool
    engine: str = ""

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The least goes first: what may be broken already, who asks for it, who serves. One
        that does not serve comes last, since nothing is learnt from it."""
        return self.state is not State.BEHIND, not self.first, not self.serves


class Targets:
    """What the settings say, by engine."""

    def __init__(self, settings: Settings) -> None:
        self._runtimes = {engine: Runtime.of(settings, engine) for engine in ENGINES}

    def member(self, body: Mapping[str, Any]) -> Member:
        """Of a Backpack as it was read."""
        metadata, status = body["metadata"], body.get("status") or {}
        first = (metadata.get("labels") or {}).get(UPGRADE_FIRST_LABEL) == "true"
        conditions = {one["type"]: one for one in status.get("conditions") or ()}
        serves = all(conditions.get(part, {}).get("status") == "True" for part in names.PARTS)
        return Member(self._state(body, status, conditions), first, serves, status.get("engine", ""))

    def _state(
        self, body: Mapping[str, Any], status: Mapping[str, Any], conditions: Mapping[str, Mapping[str, Any]]
    ) -> State:
        spec = body.get("spec") or {}
        reason = conditions.get(names.UP_TO_DATE, {}).get("reason")
        apart = spec.get("suspend") or spec.get("paused") or "deletionTimestamp" in body["metadata"]
        if apart or reason == HELD or not status.get("runtime"):
            return State.APART
        # As a reconcile would: a later version may have written fields that this one doesn't know.
        current = Runtime.parse(status["runtime"]) == self._runtimes.get(status.get("engine", ""))
        if status.get("upgrade"):
            if not current:
                return State.BEHIND
            return State.FAILED if reason == UPGRADE_FAILED else State.UPGRADING
        return State.CURRENT if current else State.WAITING
