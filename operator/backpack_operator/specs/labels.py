"""The names, labels and owner of every child."""

from typing import Any

from backpack_contract import resources as names
from backpack_operator.model.backpack import Backpack

NAME = "backpack"


def labels(backpack: Backpack, component: str | None = None) -> dict[str, str]:
    """All labels of a child; `component` where it is one of the four programs'."""
    result = {
        names.LABEL_NAME: NAME,
        names.LABEL_INSTANCE: backpack.name,
        names.LABEL_MANAGED_BY: names.MANAGED_BY,
        names.LABEL_PART_OF: names.PART_OF,
    }
    if component is not None:
        result[names.LABEL_COMPONENT] = component
    return result


def selector(backpack: Backpack, component: str | None = None) -> dict[str, str]:
    """Picks the pods of a backpack, or of one of its components. `managed-by` is part
    of it, so that a Helm release of the same name in the namespace is never meant."""
    result = {
        names.LABEL_INSTANCE: backpack.name,
        names.LABEL_MANAGED_BY: names.MANAGED_BY,
    }
    if component is not None:
        result[names.LABEL_COMPONENT] = component
    return result


def owned(backpack: Backpack, part: str, component: str | None = None) -> dict[str, Any]:
    """Metadata of a child that goes with its Backpack."""
    return {
        **retained(backpack, part, component),
        "ownerReferences": [
            {
                "apiVersion": names.API_VERSION,
                "kind": names.KIND,
                "name": backpack.name,
                "uid": backpack.uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }


def retained(backpack: Backpack, part: str, component: str | None = None) -> dict[str, Any]:
    """Metadata of a child that may outlive its Backpack: only the annotation says
    whose it is, since an owner reference would have it collected."""
    return {
        "name": backpack.child(part),
        "namespace": backpack.namespace,
        "labels": labels(backpack, component),
        "annotations": {names.UID_ANNOTATION: backpack.uid},
    }
