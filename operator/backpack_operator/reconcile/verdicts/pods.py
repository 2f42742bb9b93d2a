"""What is told of pods that do not get on: why, and what to do about it."""

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Told, find
from backpack_operator.model.pod_trouble import Cause, PodTrouble
from backpack_operator.reconcile.verdicts.found import COMPONENTS, Found

UNSCHEDULABLE = "Unschedulable"
IMAGE_PULL_FAILED = "ImagePullFailed"
CONTAINER_NOT_STARTED = "ContainerNotStarted"
CRASH_LOOPING = "CrashLooping"
OUT_OF_MEMORY = "OutOfMemory"

_REASONS = {
    Cause.UNSCHEDULABLE: UNSCHEDULABLE,
    Cause.IMAGE: IMAGE_PULL_FAILED,
    Cause.START: CONTAINER_NOT_STARTED,
    Cause.CRASHES: CRASH_LOOPING,
    Cause.OUT_OF_MEMORY: OUT_OF_MEMORY,
}
_SECTIONS = {"mongo": "database", "redis": "cache", "api": "api", "web": "web"}
"""Component -> the part of the spec that has its resources."""

_VOLUMES = {"mongo": "mongo", "redis": "redis", "api": "files"}


def pod_trouble(found: Found, part: str) -> Told | None:
    """Of one component, or None: nothing is known to keep its pods from being ready."""
    trouble = found.pods.get(part)
    if trouble is None:
        return None
    reason, (condition, noun) = _REASONS[trouble.cause], COMPONENTS[part]
    former = find(found.backpack.status.conditions, condition)
    if not trouble.detail and former is not None and former.reason == reason:
        # A kubelet may say by turns why, and only that it waits.
        return reason, former.message
    return reason, _sentence(found.backpack, part, noun, trouble)


def _sentence(backpack: Backpack, part: str, noun: str, trouble: PodTrouble) -> str:
    words = trouble.detail
    if words and not words.endswith((".", "!", "?")):
        words += "."
    pods = (
        f"--namespace {backpack.namespace} "
        f"-l app.kubernetes.io/instance={backpack.name},app.kubernetes.io/component={part}"
    )
    match trouble.cause:
        case Cause.UNSCHEDULABLE:
            return f"No node takes the pod of the {noun}: {words} {_room(backpack, part, words)}"
        case Cause.IMAGE:
            why = f": {words}" if words else "."
            return (
                f"The image {trouble.image} of the {noun} cannot be pulled{why} See that it exists (its name "
                "is a setting of the operator), that the nodes reach its registry, and that the registry's "
                "password, where it asks for one, is in a Secret that spec.imagePullSecrets names. It is "
                "tried again by itself."
            )
        case Cause.START:
            return (
                f"The container of the {noun} cannot be started: {words} Mend what is named there; it is "
                f"tried again by itself. More is told by: kubectl describe pods {pods}"
            )
        case Cause.CRASHES:
            how = f" ({trouble.detail})" if trouble.detail else ""
            return (
                f"The {noun} ends again and again{how}, and is started anew by itself, ever later. "
                f"The last lines of its log say why: kubectl logs --previous {pods}"
            )
        case Cause.OUT_OF_MEMORY:
            return (
                f"The {noun} needs more memory than it may have, and is ended for it again and again. Raise "
                f"spec.{_SECTIONS[part]}.resources.limits.memory."
            )


def _room(backpack: Backpack, part: str, words: str) -> str:
    if part in _VOLUMES and "persistentvolumeclaim" in words.lower():
        return (
            "See what its volume waits for, most often a StorageClass: kubectl describe pvc "
            f"--namespace {backpack.namespace} {backpack.child(_VOLUMES[part])}"
        )
    return (
        f"Let the cluster have a node that fits it, or change spec.scheduling.{part} or "
        f"spec.{_SECTIONS[part]}.resources.requests. It is started by itself then."
    )
