"""All that the verdicts of one reconcile are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.model.certificates import Sight
from backpack_operator.model.conditions import Told
from backpack_operator.model.delivery import Report
from backpack_operator.model.pod_trouble import PodTrouble
from backpack_operator.reconcile.decide import Plan
from backpack_operator.reconcile.observed import Observed
from backpack_operator.reconcile.policies import NAME_CONFLICT, condition_of, conflict_message
from backpack_operator.reconcile.verdicts.refusals import Refusal
from backpack_operator.settings import Settings

STARTING = "Starting"
WAITING = "Waiting"
SUSPENDED = "Suspended"


@dataclass(frozen=True, slots=True)
class Wave:
    """What concerns this Backpack of the upgrade of the fleet: by whom it is halted, and how
    many seconds ago its own turn came, if it did."""

    halted_by: Key | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """`refusals`: what the API server would not take; `report`: what is known of bringing
    the API its configuration, None where nothing is to be brought; `now` in UTC; `pods`:
    component -> what keeps its pods from being ready; `looked_at`: whether Traefik is being
    looked at for this Backpack's certificate, and `sight`: what was seen, if anything yet."""

    backpack: Backpack
    plan: Plan
    observed: Observed
    settings: Settings
    now: datetime
    refusals: Sequence[Refusal] = ()
    report: Report | None = None
    wave: Wave = Wave()
    pods: Mapping[str, PodTrouble] = field(default_factory=dict)
    looked_at: bool = False
    sight: Sight | None = None
    operation: Report | None = None
    """What is known of the step of a rotation that the API is asked for, None where it is
    asked for nothing."""

    def failures(self) -> Mapping[str, Told]:
        """Condition type -> reason and sentence, of what could not be applied."""
        result: dict[str, Told] = {}
        for refusal in self.refusals:
            if not refusal.of_growth:
                result.setdefault(condition_of(refusal.key, self.backpack), refusal.told)
        for key in self.plan.conflicts:
            result[condition_of(key, self.backpack)] = (NAME_CONFLICT, conflict_message([key]))
        if self.plan.hold is not None:
            result[self.plan.hold.type] = (self.plan.hold.reason, self.plan.hold.message)
        return result

    @property
    def accepted(self) -> bool:
        """Whether the hostname is this Backpack's."""
        return self.observed.accepted(self.backpack)

    @property
    def suspended(self) -> bool:
        return self.backpack.suspend and self.plan.hold is None


COMPONENTS = {
    "mongo": (names.DATABASE_READY, "database"),
    "redis": (names.CACHE_READY, "cache"),
    "api": (names.API_READY, "API"),
    "web": (names.WEB_READY, "web server"),
}
"""Component -> its condition, and what people call it."""
