"""All that the verdicts of one reconcile are made from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backpack_operator.errors import ApiError, NotFound
from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack, Key
from backpack_operator.model.certificates import Sight
from backpack_operator.model.child import Child
from backpack_operator.model.delivery import Report
from backpack_operator.model.kinds import TRAEFIKS, VOLUME_CLAIM, ObjectKey
from backpack_operator.model.pod_trouble import PodTrouble
from backpack_operator.reconcile.decide import Plan
from backpack_operator.reconcile.observed import Observed
from backpack_operator.reconcile.policies import NAME_CONFLICT, condition_of, conflict_message
from backpack_operator.settings import Settings

APPLY_REFUSED = "ApplyRefused"
QUOTA_EXCEEDED = "QuotaExceeded"
RIGHT_MISSING = "RightMissing"
TRAEFIK_MISSING = "TraefikMissing"
VOLUME_CANNOT_GROW = "VolumeCannotGrow"
STARTING = "Starting"
WAITING = "Waiting"
SUSPENDED = "Suspended"

# What the API server says where RBAC is what refuses.
_NO_RIGHT = re.compile(r'cannot \w+ resource "')

Told = tuple[str, str]
"""A reason and a sentence."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that the API server would not take. `live`: the object as it is, where
    there is one."""

    key: ObjectKey
    error: ApiError
    live: Child | None = None

    @property
    def of_growth(self) -> bool:
        """Whether only a larger size of a volume was refused: the volume serves on."""
        return self.key.kind == VOLUME_CLAIM and self.live is not None

    @property
    def told(self) -> Told:
        words = self.error.message
        if isinstance(self.error, NotFound) and self.key.kind in TRAEFIKS:
            return (
                TRAEFIK_MISSING,
                f"The cluster knows no {self.key.kind.kind} of traefik.io/v1alpha1: install Traefik 3 with "
                "its custom resource definitions. The route follows by itself.",
            )
        if self.of_growth and "storageclass" in words.lower():
            return (
                VOLUME_CANNOT_GROW,
                f"The volume {self.key.name} stays as large as it is, since its StorageClass "
                f"`{self._storage_class}` does not let volumes grow. If its driver can, set "
                "allowVolumeExpansion: true on the StorageClass, and the volume follows by itself; else "
                f"move the data to a new Backpack with larger volumes. The API server says: {words}",
            )
        refused = f"The API server refused {self.key}: {words}."
        if "exceeded quota" in words:
            return (
                QUOTA_EXCEEDED,
                f"{refused} Have the ResourceQuota of the namespace {self.key.namespace} raised, or let this "
                "Backpack or others there ask for less. It is tried again by itself within a minute.",
            )
        if self.error.status == 403 and _NO_RIGHT.search(words):
            return (
                RIGHT_MISSING,
                f"{refused} The operator lacks the right: upgrading its Helm release gives its roles back. "
                "It is tried again by itself within a minute.",
            )
        return (
            APPLY_REFUSED,
            f"{refused} Mend what is named there, in this Backpack or in the cluster. It is tried again by "
            "itself within a minute.",
        )

    @property
    def _storage_class(self) -> str:
        body = (self.live and self.live.body) or {}
        return str(body.get("spec", {}).get("storageClassName", ""))


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
