"""What is told of children that somebody has deleted, and that do not go."""

from backpack_operator.model.conditions import Told
from backpack_operator.model.kinds import VOLUME_CLAIM, ObjectKey
from backpack_operator.model.standing import Standing, standing
from backpack_operator.reconcile.observed import child_keys
from backpack_operator.reconcile.verdicts.found import Found

DELETION_BLOCKED = "DeletionBlocked"

_IN_USE = "kubernetes.io/pvc-protection"
_COLLECTORS = frozenset({"foregroundDeletion", "orphan"})
"""Kubernetes' own, which are off again in a moment."""


def deletion_blocked(found: Found) -> Told | None:
    """The first child that is to be made anew once it is gone, but waits for somebody."""
    if found.plan.hold is not None:
        return None
    for key in child_keys(found.backpack, found.settings):
        child = found.observed.children.get(key)
        if child is None or not child.deleting:
            continue
        waits_for = [name for name in child.finalizers if name not in _COLLECTORS]
        if waits_for and standing(found.backpack, key, child) in (Standing.OURS, Standing.LEFTOVER):
            return DELETION_BLOCKED, _sentence(found, key, waits_for)
    return None


def _sentence(found: Found, key: ObjectKey, waits_for: list[str]) -> str:
    said = f"{key} is being deleted, and cannot be made anew before it is gone: it waits for"
    if key.kind == VOLUME_CLAIM and waits_for == [_IN_USE]:
        return (
            f"{said} the last pod that uses it. To have an empty volume made: kubectl rollout restart "
            f"--namespace {key.namespace} deployment/{found.backpack.child('redis')}"
        )
    patch = '{"metadata":{"finalizers":null}}'
    return (
        f"{said} the finalizer {', '.join(waits_for)}. Let whoever has set it come to an end, or take it "
        f"off: kubectl patch --namespace {key.namespace} {key.kind.kind.lower()} "
        f"{key.name} --type=merge -p '{patch}'"
    )
