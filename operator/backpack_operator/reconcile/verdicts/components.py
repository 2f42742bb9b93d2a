"""Whether the four programs of a backpack serve."""

from collections.abc import Mapping

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.reconcile.verdicts.found import COMPONENTS, STARTING, SUSPENDED, WAITING, Found
from backpack_operator.reconcile.verdicts.pods import pod_trouble

ROLLOUT_STUCK = "RolloutStuck"
PODS_REFUSED = "PodsRefused"


def component(found: Found, part: str, failed: Mapping[str, Told]) -> Verdict:
    kind, noun = COMPONENTS[part]
    if kind in failed:
        return Verdict(kind, False, *failed[kind])
    rollout = found.observed.rollout(found.backpack, part)
    if found.suspended:
        return Verdict(kind, False, SUSPENDED, _resting(noun, rollout.total if rollout is not None else 0))
    if rollout is not None and rollout.available > 0:
        message = f"{rollout.available} of {rollout.wanted} pods of the {noun} are ready."
        return Verdict(kind, True, "Available", message)
    hold = found.plan.hold
    if hold is not None and rollout is None:
        return Verdict(kind, False, WAITING, f"The {noun} is not started: see {hold.type}.")
    told = trouble(found, part)
    if told is not None:
        return Verdict(kind, False, *told)
    return Verdict(kind, False, STARTING, f"No pod of the {noun} is ready yet.")


def trouble(found: Found, part: str) -> Told | None:
    """What its pods show to be wrong, or what the Deployment itself says."""
    backpack = found.backpack
    rollout = found.observed.rollout(backpack, part)
    name = backpack.child(part)
    if rollout is not None and rollout.refused is not None:
        return PODS_REFUSED, _refused(backpack, name, rollout.refused)
    if (told := pod_trouble(found, part)) is not None:
        return told
    if rollout is not None and rollout.stuck is not None:
        look = f"kubectl describe pods --namespace {backpack.namespace} "
        look += f"-l app.kubernetes.io/instance={backpack.name},app.kubernetes.io/component={part}"
        return ROLLOUT_STUCK, f"The rollout of {name} does not get on: {rollout.stuck} See: {look}"
    return None


def _refused(backpack: Backpack, name: str, words: str) -> str:
    if "exceeded quota" in words:
        do = f"Have the ResourceQuota of the namespace {backpack.namespace} raised, or let less run there."
    else:
        do = "Mend what is named there."
    return (
        f"The pods of {name} are refused: {words}. {do} Kubernetes tries again by itself, ever later; at "
        f"once after: kubectl rollout restart --namespace {backpack.namespace} deployment/{name}"
    )


def _resting(noun: str, left: int) -> str:
    if left:
        return f"spec.suspend is true: the {noun} is being ended, {left} of its pods are left."
    return f"spec.suspend is true: the {noun} has no pods until it is false."
