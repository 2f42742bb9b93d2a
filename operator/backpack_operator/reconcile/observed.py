"""What a decision is made from: all that was gathered about one Backpack."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract.configuration import AdminKey
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.certificates import Certificate, Flaw
from backpack_operator.model.child import Child
from backpack_operator.model.kinds import (
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    INGRESS_ROUTE,
    MIDDLEWARE,
    NETWORK_POLICY,
    SECRET,
    SERVICE,
    VOLUME_CLAIM,
    Kind,
    ObjectKey,
)
from backpack_operator.model.revision import Revision
from backpack_operator.model.rollout import Rollout
from backpack_operator.model.rotation import Rotations
from backpack_operator.settings import Settings
from backpack_operator.specs import config_map, credentials_secret, ingress_routes, volume_claims
from backpack_operator.specs.disruption_budgets import budgeted

COMPONENTS = ("mongo", "redis", "api", "web")
VOLUMES = (volume_claims.DATABASE, volume_claims.CACHE, volume_claims.FILES)

LASTING_VOLUMES = (volume_claims.DATABASE, volume_claims.FILES)
"""Those whose loss nothing makes up for; without the cache, users log in again."""

Parts = tuple[tuple[Kind, tuple[str, ...]], ...]

_RETAINED: Parts = ((SECRET, (credentials_secret.PART,)), (VOLUME_CLAIM, VOLUMES))
_ALWAYS: Parts = (
    (CONFIG_MAP, (config_map.PART,)),
    (SERVICE, COMPONENTS),
    (NETWORK_POLICY, ("isolation", *COMPONENTS)),
    (DEPLOYMENT, COMPONENTS),
    (INGRESS_ROUTE, (ingress_routes.SITE, ingress_routes.API)),
)


def retained_keys(backpack: Backpack) -> list[ObjectKey]:
    """The names of the children that hold data."""
    return _keys(backpack, _RETAINED)


def child_keys(backpack: Backpack, settings: Settings) -> list[ObjectKey]:
    """The names of all children that a Backpack as it is asked for has."""
    redirect = (ingress_routes.REDIRECT,) if ingress_routes.redirects(backpack, settings) else ()
    at_times: Parts = (
        (DISRUPTION_BUDGET, tuple(budgeted(backpack))),
        (MIDDLEWARE, redirect),
        (INGRESS_ROUTE, redirect),
    )
    return _keys(backpack, (*_RETAINED, *_ALWAYS, *at_times))


def _keys(backpack: Backpack, parts: Parts) -> list[ObjectKey]:
    return [
        ObjectKey(kind, backpack.namespace, backpack.child(part)) for kind, names in parts for part in names
    ]


def has_volume(claim: Mapping[str, Any] | None) -> bool:
    """Whether a claim has, or had, a volume: `Lost` is one whose volume is gone."""
    return (claim or {}).get("status", {}).get("phase") in ("Bound", "Lost")


@dataclass(frozen=True, slots=True)
class Holder:
    """The Backpack that a hostname belongs to."""

    hostname: str
    uid: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Observed:
    """`children`: every live object that has the name of a child, whoever's it is, and
    every other one that is marked as this Backpack's."""

    children: Mapping[ObjectKey, Child]
    holder: Holder
    admin_keys: tuple[AdminKey, ...] = ()
    """The public keys that APIs have to trust."""
    certificate: Certificate | Flaw | None = None
    """What the Secret that `spec.tls` names holds; None where it names none, or there is
    none of that name."""
    may_upgrade: bool = False
    """Whether its turn in the wave has come."""
    admins: frozenset[str] | None = None
    """The accounts of the dashboard by name; None where that is not known."""
    in_force: int = 0
    """The revision of a newer configuration than the Secret knows of, for which the API has
    refused the last one; 0 where it has not."""

    def child(self, backpack: Backpack, kind: Kind, part: str) -> Child | None:
        return self.children.get(ObjectKey(kind, backpack.namespace, backpack.child(part)))

    def rollout(self, backpack: Backpack, component: str) -> Rollout | None:
        """How far the Deployment of a component is."""
        child = self.child(backpack, DEPLOYMENT, component)
        return child.rollout if child is not None else None

    def unfinished(self, backpack: Backpack) -> bool:
        """Whether there are pods that are not ready, and nobody tells what becomes of them."""
        rollouts = (self.rollout(backpack, component) for component in COMPONENTS)
        return any(rollout is not None and rollout.awaits_pods for rollout in rollouts)

    def stuck(self, backpack: Backpack) -> bool:
        """Whether a Deployment has given up waiting for its pods."""
        rollouts = (self.rollout(backpack, component) for component in COMPONENTS)
        return any(rollout is not None and rollout.stuck is not None for rollout in rollouts)

    def accepted(self, backpack: Backpack) -> bool:
        """Whether the hostname is this Backpack's."""
        return self.holder.uid == backpack.uid

    def credentials(self, backpack: Backpack) -> dict[str, str] | None:
        """The Secret's keys as text; None if there is no Secret. What is not text
        counts as missing."""
        child = self.child(backpack, SECRET, credentials_secret.PART)
        if child is None or child.body is None:
            return None
        result = {}
        for key, encoded in (child.body.get("data") or {}).items():
            try:
                result[key] = base64.b64decode(encoded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                continue
        return result

    def recorded_volumes(self, backpack: Backpack) -> set[str]:
        """The parts whose volumes have held data, as the Secret has it."""
        recorded = self._notes(backpack).get(credentials_secret.VOLUMES_ANNOTATION, "").split(",")
        return {part for part in LASTING_VOLUMES if part in recorded}

    def revision(self, backpack: Backpack) -> Revision | None:
        """The last configuration that was made, as the Secret has it."""
        return Revision.parse(self._notes(backpack))

    def rotations(self, backpack: Backpack) -> Rotations:
        """How far the rotations of the credentials are, as the Secret has it."""
        return Rotations.parse(self._notes(backpack))

    def _notes(self, backpack: Backpack) -> Mapping[str, str]:
        """The annotations of the Secret."""
        child = self.child(backpack, SECRET, credentials_secret.PART)
        notes: Mapping[str, str] = ((child and child.body) or {}).get("metadata", {}).get("annotations") or {}
        return notes

    def filled_volumes(self, backpack: Backpack) -> set[str]:
        """The parts whose volumes are bound, and so hold data or soon will."""
        claims = {
            part: child
            for part in LASTING_VOLUMES
            if (child := self.child(backpack, VOLUME_CLAIM, part)) is not None and not child.deleting
        }
        return {part for part, child in claims.items() if has_volume(child.body)}

    def claims(self, backpack: Backpack) -> dict[str, Mapping[str, Any]]:
        """The volume claims that exist, by name."""
        return {
            backpack.child(part): child.body
            for part in VOLUMES
            if (child := self.child(backpack, VOLUME_CLAIM, part)) is not None and child.body is not None
        }
