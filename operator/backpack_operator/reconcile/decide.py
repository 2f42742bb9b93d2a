"""The decision: a Backpack, what was observed and the settings in; the objects that
should be, and those that should not, out. Pure: no I/O, no clock, no randomness."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract.credentials import REDIS_ACL
from backpack_operator.model.backpack import DELETE, FINALIZER, Backpack
from backpack_operator.model.child import Child
from backpack_operator.model.compare import covers
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.credentials import FreshPasswords, complete
from backpack_operator.model.delivery import Document
from backpack_operator.model.digests import digest
from backpack_operator.model.kinds import RETAINED, ObjectKey
from backpack_operator.model.rotation import publishable_keys
from backpack_operator.model.runtime import Runtime
from backpack_operator.model.standing import Standing, standing
from backpack_operator.reconcile.observed import Observed, child_keys
from backpack_operator.reconcile.policies import Case, held, volume_engine
from backpack_operator.reconcile.turn import Turn, turn
from backpack_operator.settings import Settings
from backpack_operator.specs import children
from backpack_operator.specs.config_map import configuration
from backpack_operator.specs.credentials_secret import credentials_secret
from backpack_operator.specs.engines import ENGINES
from backpack_operator.specs.volume_claims import volume_claims

APPLIED_ANNOTATION = "backpack.dev/applied"
"""A digest of what was applied. Without it, an operator that has just started could
not tell that an object still carries a field which is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object that should be, and its digest."""

    key: ObjectKey
    body: Mapping[str, Any]
    digest: str

    def is_live(self, child: Child) -> bool:
        """Whether the live child is what is wanted."""
        if child.verified is not None and child.verified == self.digest:
            return True
        return child.body is not None and covers(child.body, self.body)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about a Backpack."""

    hold: Verdict | None
    """Why nothing may be touched; the rest is then empty."""
    apply: tuple[Wanted, ...]
    remove: tuple[tuple[ObjectKey, str], ...]
    """Objects and their UIDs."""
    conflicts: tuple[ObjectKey, ...]
    """Names that are taken by objects which are not ours."""
    engine: str | None
    document: Document | None
    """What the API has to work by; None where nothing may be touched."""
    turn: Turn | None
    """What the pods are to run; None where nothing may be touched."""


def wants_finalizer(backpack: Backpack) -> bool:
    """Only under Delete is there anything to do before a Backpack may go."""
    return backpack.deletion_policy == DELETE


def finalizers(backpack: Backpack) -> list[str]:
    """The finalizers that the Backpack should have: those of others as they are."""
    others = [name for name in backpack.finalizers if name != FINALIZER]
    return [*others, FINALIZER] if wants_finalizer(backpack) else others


def decide(backpack: Backpack, observed: Observed, settings: Settings, fresh: FreshPasswords) -> Plan:
    standings = _standings(backpack, observed, settings)
    case = Case(backpack, observed, standings)
    conflicts = tuple(case.keys(Standing.FOREIGN))
    if (hold := held(case)) is not None:
        return Plan(hold, (), (), conflicts, backpack.status.engine, None, None)
    engine = (
        backpack.status.engine
        or volume_engine(backpack, observed)
        or backpack.database.engine
        or settings.default_engine
    )
    both = ENGINES[engine].makes_users_at_start
    credentials = complete(observed.credentials(backpack), fresh, second_user=both)
    document = Document.of(
        configuration(backpack, settings, observed.admin_keys, publishable_keys(credentials)),
        observed.revision(backpack),
        observed.in_force,
    )
    chosen = turn(case, Runtime.of(settings, engine))
    of_pods = chosen.runtime.within(settings, engine) if chosen.waits else settings
    bodies = [
        *_at_rest(case, settings, engine, credentials, document),
        *_workloads(case, of_pods, engine, credentials),
    ]
    wanted = {item.key: item for item in map(_stamped, bodies)}
    untouchable = {
        key
        for key, stands in standings.items()
        if observed.children[key].deleting or stands in (Standing.FOREIGN, Standing.LEFTOVER)
    }
    unwanted = [
        (key, observed.children[key].uid)
        for key, stands in standings.items()
        if not observed.children[key].deleting
        and (
            stands is Standing.LEFTOVER
            or (stands is Standing.OURS and key not in wanted and key.kind not in RETAINED)
        )
    ]
    return Plan(
        hold=None,
        apply=tuple(item for key, item in wanted.items() if key not in untouchable),
        remove=tuple(unwanted),
        conflicts=conflicts,
        engine=engine,
        document=document,
        turn=chosen,
    )


def _standings(backpack: Backpack, observed: Observed, settings: Settings) -> dict[ObjectKey, Standing]:
    """Of all that has the name of a child, and of what is ours besides. Whatever else
    only carries the label, as a copy of a volume does, is nobody's business here."""
    named = set(child_keys(backpack, settings))
    standings = {key: standing(backpack, key, child) for key, child in observed.children.items()}
    return {key: stands for key, stands in standings.items() if key in named or stands is Standing.OURS}


def _at_rest(
    case: Case, settings: Settings, engine: str, credentials: Mapping[str, str], document: Document
) -> list[dict[str, Any]]:
    """All children but the Deployments."""
    backpack, observed = case.backpack, case.observed
    volumes = observed.recorded_volumes(backpack) | observed.filled_volumes(backpack)
    rotations = observed.rotations(backpack)
    bodies = [
        credentials_secret(backpack, credentials, volumes, document.revision, rotations),
        *volume_claims(backpack, settings, engine, observed.claims(backpack)),
        *children.network(backpack, settings, document.text),
    ]
    if observed.accepted(backpack):
        bodies += children.routes(backpack, settings)
    return bodies


def _workloads(
    case: Case, settings: Settings, engine: str, credentials: Mapping[str, str]
) -> list[dict[str, Any]]:
    backpack, observed = case.backpack, case.observed
    return children.workloads(
        backpack,
        settings,
        engine,
        credentials,
        stores=_needs_stores(backpack, observed),
        cache_users=observed.rotations(backpack).cache_users(digest(credentials[REDIS_ACL])),
    )


def _needs_stores(backpack: Backpack, observed: Observed) -> bool:
    """A suspended backpack's database and cache end after the last pod of its API, which
    finishes what it is at."""
    rollout = observed.rollout(backpack, "api")
    return not backpack.suspend or (rollout is not None and rollout.total > 0)


def _stamped(body: dict[str, Any]) -> Wanted:
    """With the digest as an annotation, but on data: what a volume was made with is
    read from the volume, so that its digest says nothing of what it should be."""
    key, value = ObjectKey.of(body), digest(body)
    if key.kind not in RETAINED:
        metadata = body["metadata"]
        annotations = {**metadata["annotations"], APPLIED_ANNOTATION: value}
        body = {**body, "metadata": {**metadata, "annotations": annotations}}
    return Wanted(key, body, value)
