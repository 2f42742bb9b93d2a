"""The conditions that sum the others up: Ready, Progressing, Degraded."""

from collections.abc import Sequence

from backpack_operator.model import conditions as names
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.reconcile.observed import COMPONENTS
from backpack_operator.reconcile.policies import NAME_CONFLICT, conflict_message
from backpack_operator.reconcile.verdicts.components import trouble
from backpack_operator.reconcile.verdicts.configuration import undelivered
from backpack_operator.reconcile.verdicts.deletions import deletion_blocked
from backpack_operator.reconcile.verdicts.found import STARTING, SUSPENDED, WAITING, Found
from backpack_operator.reconcile.verdicts.upgrade import failed
from backpack_operator.reconcile.verdicts.volumes import growing, resize_trouble
from backpack_operator.specs.addresses import backpack_hosts

_PATIENT = {STARTING: 1, WAITING: 2}
"""Reasons for not being ready that are no failure."""


def ready(found: Found, parts: Sequence[Verdict]) -> Verdict:
    """The first part that fails tells why; one that is only on its way comes after those,
    and last what waits for another."""
    if found.suspended:
        message = "spec.suspend is true: the backpack rests, with its data kept. Set it to false to go on."
        return Verdict(names.READY, False, SUSPENDED, message)
    failing = sorted(
        (part for part in parts if not part.status), key=lambda part: _PATIENT.get(part.reason, 0)
    )
    if failing:
        first = failing[0]
        return Verdict(names.READY, False, first.reason, first.message)
    places = backpack_hosts(found.backpack, found.settings)
    message = f"The backpack serves at {places.site_origin} and {places.api_origin}."
    return Verdict(names.READY, True, "Available", message)


def progressing(found: Found) -> Verdict:
    hold = found.plan.hold
    if hold is not None:
        return Verdict(names.PROGRESSING, False, hold.reason, f"Nothing is changed: see {hold.type}.")
    rollouts = {part: found.observed.rollout(found.backpack, part) for part in COMPONENTS}
    moving = [
        found.backpack.child(part)
        for part, rollout in rollouts.items()
        if rollout is None or not (rollout.complete or rollout.stuck is not None)
    ]
    if moving:
        return Verdict(names.PROGRESSING, True, "RollingOut", f"Being rolled out: {', '.join(moving)}.")
    if volumes := growing(found):
        return Verdict(names.PROGRESSING, True, "Growing", f"Volumes being enlarged: {', '.join(volumes)}.")
    return Verdict(names.PROGRESSING, False, "Settled", "Nothing is being rolled out.")


def degraded(found: Found) -> Verdict:
    told = _failure(found)
    if told is not None:
        return Verdict(names.DEGRADED, True, *told)
    return Verdict(names.DEGRADED, False, "AsExpected", "Nothing has failed.")


def _failure(found: Found) -> Told | None:
    """The worst first."""
    if (upgrade := failed(found)) is not None:
        return upgrade
    if found.plan.conflicts:
        return NAME_CONFLICT, conflict_message(list(found.plan.conflicts))
    if found.refusals:
        return min(found.refusals, key=lambda refusal: refusal.of_growth).told
    if (blocked := deletion_blocked(found)) is not None:
        return blocked
    for part in COMPONENTS:
        if (told := trouble(found, part)) is not None:
            return told
    return resize_trouble(found) or undelivered(found)
