"""What is next in the rotation of a backpack's credentials: pure. The state is the Secret's;
each change is one write of it, of which the following reconciles draw the consequences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backpack_contract.credentials import KEYS, REDIS_ACL
from backpack_contract.store_credentials import PATH
from backpack_operator.model import rotation
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.credentials import FreshPasswords
from backpack_operator.model.delivery import Delivery
from backpack_operator.model.digests import digest
from backpack_operator.model.kinds import DEPLOYMENT, ObjectKey
from backpack_operator.model.rotation import KeyStep, Rotations, Step
from backpack_operator.reconcile.decide import Plan
from backpack_operator.reconcile.observed import Observed
from backpack_operator.reconcile.verdicts.configuration import taken_digest
from backpack_operator.reconcile.verdicts.found import Found
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import admin_url


@dataclass(frozen=True, slots=True)
class Change:
    """The keys of the Secret and the state of the rotations as they are to be written."""

    values: Mapping[str, str]
    rotations: Rotations
    says: str
    """What happens, for the log."""


def asked_of_api(backpack: Backpack, plan: Plan, observed: Observed, settings: Settings) -> Delivery | None:
    """What a running API is to see to in this step, if anything."""
    step, values = observed.rotations(backpack).passwords.step, observed.credentials(backpack)
    if plan.hold is not None or step is None or values is None or not _serves(backpack, observed):
        return None
    wanted = rotation.store_credentials(values, Step(step))
    if wanted is None:
        return None
    text = wanted.to_json()
    return Delivery(admin_url(backpack, settings), backpack.uid, text, digest(text), PATH)


def next_change(found: Found, fresh: FreshPasswords) -> Change | None:
    """The next write of the Secret, or None: there is nothing to do, or something to wait for."""
    backpack, observed = found.backpack, found.observed
    values = observed.credentials(backpack)
    if values is None or not set(KEYS) <= set(values) or not _serves(backpack, observed):
        return None
    if found.plan.hold is not None or any(not refusal.of_growth for refusal in found.refusals):
        return None
    return _passwords(found, values, fresh) or _key(found, values, fresh)


def _passwords(found: Found, values: Mapping[str, str], fresh: FreshPasswords) -> Change | None:
    rotations, now = found.observed.rotations(found.backpack), int(found.now.timestamp())
    progress, asked = rotations.passwords, found.backpack.rotate_credentials
    new = dict(values)
    match progress.step:
        case None if progress.asked(asked):
            new, says = rotation.adding(values, fresh), "adds new ones"
            progress = replace(progress, value=asked).at(Step.ADDING, now)
        case Step.ADDING if _told(found):
            new, says = rotation.moving(values), "has the API use the new ones"
            progress = progress.at(Step.MOVING, now)
        case Step.MOVING if _moved(found):
            says = "waits for the last of the API's former pods"
            progress = progress.at(Step.DRAINING, now)
        case Step.DRAINING if now - progress.since >= found.settings.rotation_drain_seconds:
            new, says = rotation.removing(values, fresh), "removes the former ones"
            progress = progress.at(Step.REMOVING, now)
        case Step.REMOVING if _told(found):
            new, says = rotation.removed(values), "is done"
            progress = progress.finished()
        case _:
            return None
    changed = replace(rotations, passwords=progress)
    before, after = digest(values[REDIS_ACL]), digest(new[REDIS_ACL])
    return Change(new, changed.told(before, after) if before != after else changed, says)


def _key(found: Found, values: Mapping[str, str], fresh: FreshPasswords) -> Change | None:
    rotations, now = found.observed.rotations(found.backpack), int(found.now.timestamp())
    progress, asked = rotations.key, found.backpack.rotate_publishable_key
    waited, settings = now - progress.since, found.settings
    match progress.step:
        case None if progress.asked(asked):
            new, says = rotation.accepting(values, fresh), "has the API accept another publishable key"
            progress = replace(progress, value=asked).at(KeyStep.ACCEPTING, now)
        case KeyStep.ACCEPTING if _configured(found) and waited >= settings.key_announce_seconds:
            new, says = rotation.announced(values), "tells pages the new publishable key"
            progress = progress.at(KeyStep.OVERLAP, now)
        case KeyStep.OVERLAP if _moved(found) and waited >= settings.publishable_key_overlap_seconds:
            new, says = rotation.alone(values), "accepts the new publishable key only"
            progress = progress.finished()
        case _:
            return None
    return Change(new, replace(rotations, key=progress), says)


def _serves(backpack: Backpack, observed: Observed) -> bool:
    rollout = observed.rollout(backpack, "api")
    return not backpack.suspend and rollout is not None and rollout.available > 0


def _told(found: Found) -> bool:
    return found.operation is not None and found.operation.taken


def _configured(found: Found) -> bool:
    document = found.plan.document
    return document is not None and taken_digest(found) == document.digest


def _moved(found: Found) -> bool:
    """Whether all pods of the API are those that are wanted now."""
    backpack = found.backpack
    key = ObjectKey(DEPLOYMENT, backpack.namespace, backpack.child("api"))
    child = found.observed.children.get(key)
    wanted = next((item for item in found.plan.apply if item.key == key), None)
    if child is None or child.rollout is None or wanted is None:
        return False
    return wanted.is_live(child) and child.rollout.complete
