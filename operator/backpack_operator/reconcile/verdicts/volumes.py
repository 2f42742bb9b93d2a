"""What there is to say of volumes: that they grow, and that one is on one node only."""

from collections.abc import Mapping
from typing import Any

from backpack_operator.model import conditions as names
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.model.kinds import VOLUME_CLAIM
from backpack_operator.model.quantities import quantity
from backpack_operator.model.spec import READ_WRITE_ONCE
from backpack_operator.reconcile.observed import VOLUMES
from backpack_operator.reconcile.verdicts.found import Found

ONE_NODE = "ReadWriteOnceVolume"
RESIZE_FAILED = "VolumeResizeFailed"
_RESIZE_ERRORS = ("ControllerResizeError", "NodeResizeError")


def growing(found: Found) -> list[str]:
    """The volumes that are smaller than asked for, and are being enlarged."""
    return [found.backpack.child(part) for part in VOLUMES if _grows(found, part)]


def resize_trouble(found: Found) -> Told | None:
    """What the storage driver says of a volume that it could not enlarge."""
    for part in VOLUMES:
        for condition in _claim(found, part).get("status", {}).get("conditions") or ():
            if condition["type"] in _RESIZE_ERRORS and condition["status"] == "True":
                name = found.backpack.child(part)
                message = condition.get("message", "")
                return (
                    RESIZE_FAILED,
                    f"The volume {name} could not be enlarged, and serves on as it is: {message}",
                )
    return None


def multi_attach_risk(found: Found) -> Verdict | None:
    """Several pods that share a volume which only one node can mount."""
    backpack = found.backpack
    if backpack.files.storage.access_mode != READ_WRITE_ONCE or backpack.api.replicas == 1:
        return None
    message = (
        f"The {backpack.api.replicas} API pods share the volume {backpack.child('files')}, which is "
        "ReadWriteOnce: only one node can mount it. They are all kept on that node, and if it fails they "
        "wait until the volume is released there. To spread them over nodes, use a StorageClass that offers "
        "ReadWriteMany: create a Backpack with files.storage.accessMode: ReadWriteMany, and move the data."
    )
    return Verdict(names.MULTI_ATTACH_RISK, True, ONE_NODE, message)


def _claim(found: Found, part: str) -> Mapping[str, Any]:
    child = found.observed.child(found.backpack, VOLUME_CLAIM, part)
    return (child and child.body) or {}


def _grows(found: Found, part: str) -> bool:
    claim = _claim(found, part)
    state = claim.get("status", {})
    if state.get("phase") != "Bound":
        return False
    size = state.get("capacity", {}).get("storage")
    return size is not None and quantity(size) < quantity(claim["spec"]["resources"]["requests"]["storage"])
