"""Whose a live object is: ours, a former Backpack's of the same name, or a stranger's."""

from enum import Enum, auto

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.child import Child
from backpack_operator.model.kinds import RETAINED as RETAINED_KINDS
from backpack_operator.model.kinds import ObjectKey


class Standing(Enum):
    """How a Backpack stands to an object that has the name of one of its children."""

    ABSENT = auto()
    OURS = auto()
    ADOPTABLE = auto()
    """Retained data of the very Backpack that `adoptRetained` names."""
    RETAINED = auto()
    """Retained data of another: never touched."""
    LEFTOVER = auto()
    """A child of a former Backpack of this name, about to be collected."""
    FOREIGN = auto()
    """Not the operator's: never taken over."""


def standing(backpack: Backpack, key: ObjectKey, child: Child | None) -> Standing:
    if child is None:
        return Standing.ABSENT
    if key.kind in RETAINED_KINDS:
        return _retained(backpack, child.owner)
    if backpack.uid in child.owner_references:
        return Standing.OURS
    if child.owner_references and (child.managed or child.owner == backpack.uid):
        # Its owner had our name and another UID, so it cannot exist any more.
        return Standing.LEFTOVER
    return Standing.OURS if child.owner == backpack.uid else Standing.FOREIGN


def _retained(backpack: Backpack, owner: str | None) -> Standing:
    if owner is None:
        return Standing.FOREIGN
    if owner == backpack.uid:
        return Standing.OURS
    return Standing.ADOPTABLE if owner == backpack.adopt_retained else Standing.RETAINED
