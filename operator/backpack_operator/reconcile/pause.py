"""A Backpack that is paused: all that is written about it is that it is."""

from dataclasses import replace

from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import FINALIZER, Backpack
from backpack_operator.model.conditions import Verdict, find, timed
from backpack_operator.model.status import Status

PAUSED = "Paused"


def paused(backpack: Backpack, now: str) -> Status:
    """The status as it stands, but for Progressing; and Ready, where nothing was ever said
    of it. What the other conditions say was true when the operator last looked."""
    former = backpack.status
    verdicts = [Verdict(names.PROGRESSING, False, PAUSED, _message(backpack))]
    if find(former.conditions, names.READY) is None:
        message = "spec.paused is true: nothing was made of this Backpack yet. Set it to false to begin."
        verdicts.append(Verdict(names.READY, False, PAUSED, message))
    told = {item.type: item for item in timed(verdicts, former.conditions, backpack.generation, now)}
    kept = [told.pop(item.type, item) for item in former.conditions]
    return replace(former, conditions=(*kept, *told.values()))


def _message(backpack: Backpack) -> str:
    if backpack.deleting and FINALIZER in backpack.finalizers:
        return (
            "spec.paused is true: the Backpack is being deleted, and goes with its data, as "
            "spec.deletionPolicy says, once it is false."
        )
    return "spec.paused is true: nothing of this Backpack is changed until it is false."
