"""How far the rotations of a backpack's credentials are, where one was asked for."""

from datetime import UTC, datetime

from backpack_operator.model import conditions as names
from backpack_operator.model import delivery
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.model.delivery import Report
from backpack_operator.model.rotation import KeyStep, Step
from backpack_operator.reconcile.verdicts.found import SUSPENDED, WAITING, Found

ROTATING = "Rotating"
ROTATED = "Rotated"
FORMER_ACCEPTED = "FormerAccepted"

_STEPS = {
    Step.ADDING: (
        "Database and cache learn the new passwords, beside those that are used. The cache reads them once "
        "the kubelet has brought its file up to date, which takes about a minute."
    ),
    Step.MOVING: "The API's pods are replaced by ones that use the new passwords; the former still count.",
    Step.DRAINING: (
        "The API uses the new passwords; the former ones count until the last of its former pods has ended."
    ),
    Step.REMOVING: "Database and cache forget the former passwords.",
}


def credentials_rotated(found: Found) -> Verdict | None:
    progress = found.observed.rotations(found.backpack).passwords
    asked = found.backpack.rotate_credentials
    if progress.step is None and not progress.asked(asked):
        if progress.done is None:
            return None
        message = f"The passwords of database and cache were last replaced for `{progress.done}`."
        return Verdict(names.CREDENTIALS_ROTATED, True, ROTATED, message)
    told = _held(found) or _failure(found)
    if told is None and progress.step is None:
        told = ROTATING, f"The passwords of database and cache are to be replaced for `{asked}`."
    if told is None:
        told = (
            ROTATING,
            f"For `{progress.value}`: {_STEPS[Step(progress.step or '')]}{_detail(found.operation)}",
        )
    return Verdict(names.CREDENTIALS_ROTATED, False, *told)


def key_rotated(found: Found) -> Verdict | None:
    progress = found.observed.rotations(found.backpack).key
    asked = found.backpack.rotate_publishable_key
    if progress.step is None and not progress.asked(asked):
        if progress.done is None:
            return None
        message = f"The publishable key was last replaced for `{progress.done}`, and is the only one."
        return Verdict(names.KEY_ROTATED, True, ROTATED, message)
    if progress.step == KeyStep.OVERLAP:
        until = progress.since + int(found.settings.publishable_key_overlap_seconds)
        moment = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        message = (
            f"The publishable key was replaced for `{progress.value}`. The former one is accepted until "
            f"{moment}: publish sites and applications that have it written in them anew before that."
        )
        return Verdict(names.KEY_ROTATED, True, FORMER_ACCEPTED, message)
    told = _held(found) or (
        ROTATING,
        f"For `{progress.value or asked}`: the API learns to accept the new publishable key, before pages "
        "are told it.",
    )
    return Verdict(names.KEY_ROTATED, False, *told)


def _held(found: Found) -> Told | None:
    """Why nothing goes on, though nothing has failed."""
    if found.plan.hold is not None:
        return WAITING, f"It goes on once the Backpack is looked after again: see {found.plan.hold.type}."
    if any(not refusal.of_growth for refusal in found.refusals):
        return WAITING, "It goes on once the API server takes all that is applied: see Degraded."
    if found.backpack.suspend:
        return SUSPENDED, "spec.suspend is true: it goes on once it is false."
    rollout = found.observed.rollout(found.backpack, "api")
    if rollout is None or rollout.available == 0:
        return WAITING, "It goes on once a pod of the API is ready: see ApiReady."
    return None


def _failure(found: Found) -> Told | None:
    """Why the API does not do what it is asked for."""
    report, backpack = found.operation, found.backpack
    if report is None or report.reason is None or report.reason == delivery.STORES_NOT_READY:
        return None
    restart = f"kubectl rollout restart --namespace {backpack.namespace} deployment/{backpack.child('api')}"
    sentences = {
        delivery.UNREACHABLE: (
            f"The operator cannot reach the API's admin listener ({report.detail}). Check that the "
            "operator's pod may connect to it: DNS, and the NetworkPolicies of both namespaces. It is tried "
            "again by itself."
        ),
        delivery.UNAVAILABLE: (
            f"The API could not reach its stores ({report.detail}): see DatabaseReady and CacheReady. It is "
            "tried again by itself."
        ),
        delivery.KEY_NOT_TRUSTED: f"The API does not trust the operator's signing key. Restart it: {restart}",
        delivery.API_TOO_OLD: (
            "The API's image is of a version that cannot rotate credentials: it goes on once the image is a "
            "newer one; see UpToDate."
        ),
    }
    return (
        report.reason,
        f"{sentences[report.reason]} Until then both the former and the new passwords count.",
    )


def _detail(report: Report | None) -> str:
    return f" It says: {report.detail}." if report is not None and report.detail else ""
