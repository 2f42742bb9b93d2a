"""What is told of an object that the API server would not take."""

import re
from dataclasses import dataclass

from backpack_operator.errors import ApiError, NotFound
from backpack_operator.model.child import Child
from backpack_operator.model.conditions import Told
from backpack_operator.model.kinds import TRAEFIKS, VOLUME_CLAIM, ObjectKey

APPLY_REFUSED = "ApplyRefused"
FOREIGN_OWNER = "ForeignOwner"
QUOTA_EXCEEDED = "QuotaExceeded"
RIGHT_MISSING = "RightMissing"
TRAEFIK_MISSING = "TraefikMissing"
VOLUME_CANNOT_GROW = "VolumeCannotGrow"

# What the API server says where RBAC is what refuses.
_NO_RIGHT = re.compile(r'cannot \w+ resource "')


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
        if "Only one reference can have Controller" in words:
            return (
                FOREIGN_OWNER,
                f"{self.key} was made for this Backpack, but is owned by another controller now, and is left "
                f"alone: {words}. Take that owner reference off, or delete the object: it is made anew then.",
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
