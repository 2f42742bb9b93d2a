"""How one signing key takes the place of another: the steps, each of which is one write of
the Secret. Pure, so that whatever a crash leaves is a state that the next look goes on from.

    asked for -> Announced -> Switched -> done
                 APIs learn   the new one  the former is
                 the new key  signs        no longer trusted
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from backpack_contract.resources import GROUP
from backpack_operator.model.signing_keys import KeySet

ASKED = f"{GROUP}/rotate"
"""On the Secret, by people: any value that was not there before asks for a new key."""
UNDER_WAY = f"{GROUP}/rotating"
"""The value that is being worked on."""
DONE = f"{GROUP}/rotated"
"""The value that was worked on last."""
PHASE = f"{GROUP}/rotation-phase"
SINCE = f"{GROUP}/rotation-since"
"""When the phase began, RFC 3339."""


class Phase(StrEnum):
    """What is waited for."""

    ANNOUNCED = "Announced"
    """That every API trusts the new key, and its replicas have had the time to hear of it."""
    SWITCHED = "Switched"
    """That nothing which the former key has signed counts any more."""


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """What the Secret's annotations say; `since` in seconds since 1970, whole ones."""

    asked: str | None = None
    done: str | None = None
    under_way: str | None = None
    phase: Phase | None = None
    since: float = 0.0

    @classmethod
    def parse(cls, annotations: Mapping[str, str]) -> "KeyRotation":
        """A moment that can't be read, as somebody has changed it, is one that never comes."""
        known = {phase.value: phase for phase in Phase}
        return cls(
            annotations.get(ASKED),
            annotations.get(DONE),
            annotations.get(UNDER_WAY),
            known.get(annotations.get(PHASE, "")),
            _moment(annotations.get(SINCE, "")),
        )

    def announced(self, now: int) -> "KeyRotation":
        under_way = self.under_way or self.asked
        return replace(self, under_way=under_way, phase=Phase.ANNOUNCED, since=now)

    def switched(self, now: int) -> "KeyRotation":
        return replace(self, phase=Phase.SWITCHED, since=now)

    def to_annotations(self) -> dict[str, str | None]:
        """As a merge patch has them: None removes. What people ask is theirs."""
        since = None
        if self.phase is not None:
            since = datetime.fromtimestamp(self.since, UTC).isoformat(timespec="seconds")
        return {
            DONE: self.done,
            UNDER_WAY: self.under_way,
            PHASE: self.phase.value if self.phase is not None else None,
            SINCE: since.replace("+00:00", "Z") if since is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Periods:
    """Seconds. `announce`: how long a new key is known before it signs, at least;
    `patience`: how long it waits for APIs that have not said that they trust it;
    `overlap`: how long the former key is trusted afterwards."""

    announce: float
    patience: float
    overlap: float


@dataclass(frozen=True, slots=True)
class Step:
    """What to write at once."""

    keys: KeySet
    rotation: KeyRotation
    says: str
    """What happens, for the log."""


def next_step(
    keys: KeySet, rotation: KeyRotation, *, confirmed: bool, now: int, seed: bytes, periods: Periods
) -> Step | None:
    """The next write, or None: there is nothing to do, or something to wait for.
    `confirmed`: whether every API that serves trusts all keys; `now`: seconds since 1970;
    `seed`: 32 random bytes."""
    if keys.next is not None and rotation.phase is not Phase.ANNOUNCED:
        # Its annotations were lost: the key is there, and for how long is not known.
        return Step(keys, rotation.announced(now), "goes on with the signing key that is to sign next")
    if rotation.phase is not None and now < rotation.since:
        # Somebody has changed the moment, or the clock: better too long than too short.
        return Step(keys, replace(rotation, since=now), "waits once more for its phase")
    waited = now - rotation.since
    if rotation.phase is Phase.SWITCHED:
        finished = KeyRotation(rotation.asked, rotation.under_way or rotation.asked)
        over = waited >= periods.overlap
        return Step(keys.alone(), finished, "no longer trusts the former signing key") if over else None
    if keys.next is not None:
        due = waited >= (periods.announce if confirmed else max(periods.announce, periods.patience))
        says = "signs with the new key" + ("" if confirmed else ", though not all APIs are known to trust it")
        return Step(keys.switched(), rotation.switched(now), says) if due else None
    if rotation.phase is None and rotation.asked in (None, "", rotation.done):
        return None
    return Step(
        keys.announcing(seed), rotation.announced(now), "has made a signing key, which is to sign next"
    )


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return float("inf")
