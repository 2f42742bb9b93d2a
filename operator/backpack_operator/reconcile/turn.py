"""What a Backpack's pods are to run now: what the settings say, or what they ran before
until its turn in the wave comes. Pure."""

from dataclasses import dataclass, replace

from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict, find, timed
from backpack_operator.model.kinds import DEPLOYMENT, ObjectKey
from backpack_operator.model.runtime import Runtime
from backpack_operator.model.standing import Standing
from backpack_operator.model.status import Status
from backpack_operator.model.upgrade import Upgrade
from backpack_operator.reconcile.observed import COMPONENTS
from backpack_operator.reconcile.policies import Case


@dataclass(frozen=True, slots=True)
class Turn:
    """`begins`: its turn has come just now, which is to be written before it is acted on."""

    runtime: Runtime
    target: Runtime
    begins: bool = False

    @property
    def waits(self) -> bool:
        return self.runtime != self.target


def turn(case: Case, target: Runtime) -> Turn:
    """A new Backpack starts with what the settings say, and one that rests takes it: nobody
    is worse off for it."""
    known = case.backpack.status.runtime or _live(case, target)
    if known is None or known == target or _rests(case):
        return Turn(target, target)
    if case.observed.may_upgrade:
        return Turn(target, target, begins=True)
    return Turn(known, target)


def begun(backpack: Backpack, chosen: Turn, now: str) -> Status:
    """The status that says that a turn has come; `now` in RFC 3339. Who was in flight
    before is as it was when that began."""
    former = backpack.status
    served = former.upgrade.served if former.upgrade is not None else serves(backpack)
    (told,) = timed([upgrading(chosen.runtime)], former.conditions, backpack.generation, now)
    others = tuple(one for one in former.conditions if one.type != told.type)
    return replace(former, conditions=(*others, told), runtime=chosen.runtime, upgrade=Upgrade(now, served))


def upgrading(runtime: Runtime) -> Verdict:
    message = f"Its turn has come: its pods are being replaced by ones that run {runtime.images.api} (API)."
    return Verdict(names.UP_TO_DATE, False, "Upgrading", message)


def serves(backpack: Backpack) -> bool:
    """Whether all its parts were ready when it was last looked at."""
    found = (find(backpack.status.conditions, part) for part in names.PARTS)
    return all(one is not None and one.status == "True" for one in found)


def _live(case: Case, target: Runtime) -> Runtime | None:
    """What its Deployments run, where its status does not say: it was lost, or written by
    an operator that did not keep it. None where there is no Deployment of its own."""
    images = {}
    for component in COMPONENTS:
        key = ObjectKey(DEPLOYMENT, case.backpack.namespace, case.backpack.child(component))
        child = case.observed.children.get(key)
        if child is not None and child.image and case.standings.get(key) is Standing.OURS:
            images[component] = child.image
    return replace(target, images=replace(target.images, **images)) if images else None


def _rests(case: Case) -> bool:
    """Whether it is suspended, and no pod of it is left to be replaced."""
    rollouts = (case.observed.rollout(case.backpack, component) for component in COMPONENTS)
    return case.backpack.suspend and not any(rollout is not None and rollout.total for rollout in rollouts)
