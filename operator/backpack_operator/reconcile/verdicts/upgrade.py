"""Whether a backpack's pods run what the operator is set to, or why not yet."""

from backpack_operator.model import conditions as names
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.model.upgrade import Upgrade
from backpack_operator.reconcile.observed import COMPONENTS
from backpack_operator.reconcile.turn import upgrading
from backpack_operator.reconcile.verdicts.components import trouble
from backpack_operator.reconcile.verdicts.found import SUSPENDED, WAITING, Found

WAITING_FOR_WAVE = "WaitingForWave"
UPGRADE_HALTED = "UpgradeHalted"
UPGRADE_FAILED = "UpgradeFailed"


def up_to_date(found: Found) -> Verdict:
    turn, hold = found.plan.turn, found.plan.hold
    if turn is None:
        where = hold.type if hold is not None else names.DEGRADED
        return Verdict(names.UP_TO_DATE, False, WAITING, f"Nothing of its pods is changed: see {where}.")
    if turn.waits:
        return Verdict(names.UP_TO_DATE, False, *_waiting(found, turn.target.news(turn.runtime)))
    if (told := failed(found)) is not None:
        return Verdict(names.UP_TO_DATE, False, *told)
    if kept_mark(found) is not None:
        return upgrading(turn.runtime)
    message = f"Its pods run what the operator is set to: {turn.runtime.images.api} (API)."
    return Verdict(names.UP_TO_DATE, True, "Current", message)


def failed(found: Found) -> Told | None:
    """That its pods were not ready in time, once its turn had come."""
    turn = found.plan.turn
    if turn is None or turn.waits or kept_mark(found) is None or not _late(found):
        return None
    message = (
        f"Its turn to be upgraded came, and its pods were not all ready within {_bound(found)}: "
        f"{_trouble(found)} No other Backpack is upgraded until they are, or until this one is "
        "suspended, paused or deleted. Where the image itself can't work, set the operator to another one, "
        "such as the former: this Backpack gets it first."
    )
    return UPGRADE_FAILED, message


def kept_mark(found: Found) -> Upgrade | None:
    """The mark of one whose turn has come, while its pods are not ready. It goes too where
    the Backpack did not serve before and has had its time: it holds up nobody."""
    mark = found.backpack.status.upgrade
    if mark is None or found.plan.turn is None:
        return mark
    if found.backpack.suspend or _finished(found):
        return None
    return None if _late(found) and not mark.served else mark


def _waiting(found: Found, news: str) -> Told:
    if found.suspended:
        return SUSPENDED, f"It gets {news} once the last of its pods has ended: spec.suspend is true."
    if (culprit := found.wave.halted_by) is not None:
        return (
            UPGRADE_HALTED,
            f"It is to get {news}, but no Backpack is upgraded any more, since {culprit} has failed with it: "
            "see the condition UpToDate of that one. It goes on by itself once that one is ready, suspended, "
            "paused or deleted, or once the operator is set to another image.",
        )
    most = found.settings.upgrade_max_unavailable
    return (
        WAITING_FOR_WAVE,
        f"It gets {news} when its turn comes, and runs what it has until then: at most {most} of the "
        "Backpacks are upgraded at a time.",
    )


def _finished(found: Found) -> bool:
    """Whether every pod is of the present template, and ready."""
    if any(not refusal.of_growth for refusal in found.refusals):
        return False
    rollouts = [found.observed.rollout(found.backpack, component) for component in COMPONENTS]
    return all(rollout is not None and rollout.complete for rollout in rollouts)


def _late(found: Found) -> bool:
    return found.wave.seconds > found.settings.upgrade_timeout_seconds


def _bound(found: Found) -> str:
    return f"{found.settings.upgrade_timeout_seconds:g} seconds"


def _trouble(found: Found) -> str:
    """What keeps its pods from being ready, as a sentence."""
    for refusal in found.refusals:
        if not refusal.of_growth:
            return refusal.told[1]
    for component in COMPONENTS:
        if (told := trouble(found, component)) is not None:
            return told[1]
    late = [
        found.backpack.child(component)
        for component in COMPONENTS
        if (rollout := found.observed.rollout(found.backpack, component)) is None or not rollout.complete
    ]
    return f"not all pods of {', '.join(late)} are ready."
