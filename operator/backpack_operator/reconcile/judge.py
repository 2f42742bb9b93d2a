"""The verdict: what was planned, what became of it, and what is live, as conditions.
Pure, as the decision is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backpack_operator.errors import ApiError, NotFound
from backpack_operator.model import conditions as names
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Condition, Verdict, timed
from backpack_operator.model.kinds import DEPLOYMENT, INGRESS_ROUTE, VOLUME_CLAIM, ObjectKey
from backpack_operator.model.quantities import quantity
from backpack_operator.model.rollout import Rollout
from backpack_operator.reconcile.decide import Plan
from backpack_operator.reconcile.observed import COMPONENTS, VOLUMES, Observed
from backpack_operator.reconcile.policies import NAME_CONFLICT, condition_of, conflict_message
from backpack_operator.settings import Settings
from backpack_operator.specs.config_map import backpack_hosts

APPLY_REFUSED = "ApplyRefused"
TRAEFIK_MISSING = "TraefikMissing"
ROLLOUT_STUCK = "RolloutStuck"
PODS_REFUSED = "PodsRefused"
HOSTNAME_TAKEN = "HostnameTaken"
WAITING = "Waiting"

_COMPONENTS = {
    "mongo": (names.DATABASE_READY, "database"),
    "redis": (names.CACHE_READY, "cache"),
    "api": (names.API_READY, "API"),
    "web": (names.WEB_READY, "web server"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that the API server would not take."""

    key: ObjectKey
    error: ApiError

    @property
    def verdict(self) -> tuple[str, str]:
        """Reason and sentence."""
        if isinstance(self.error, NotFound) and self.key.kind == INGRESS_ROUTE:
            return (
                TRAEFIK_MISSING,
                "The cluster knows no IngressRoute of traefik.io/v1alpha1: install Traefik 3 with its "
                "custom resource definitions. The route follows by itself.",
            )
        return (
            APPLY_REFUSED,
            f"The API server refused {self.key}: {self.error.message}. It is tried again by itself.",
        )


def judge(
    backpack: Backpack, plan: Plan, observed: Observed, refusals: Sequence[Refusal], settings: Settings
) -> list[Verdict]:
    """All conditions, in the order of the status."""
    failed = _failures(backpack, plan, refusals)
    parts = [
        _hostname(backpack, observed, settings),
        *(_component(backpack, plan, observed, component, failed) for component in COMPONENTS),
        _route(backpack, plan, observed, failed),
    ]
    return [
        _ready(backpack, parts, settings),
        *parts,
        _progressing(backpack, plan, observed),
        _degraded(backpack, plan, observed, refusals),
    ]


def status(
    case: tuple[Backpack, Plan, Observed], verdicts: Sequence[Verdict], settings: Settings, now: str
) -> dict[str, Any]:
    """The whole status, None where there is nothing to say."""
    backpack, plan, observed = case
    conditions: Sequence[Condition] = timed(verdicts, backpack.status.conditions, backpack.generation, now)
    places = backpack_hosts(backpack, settings) if observed.accepted(backpack) else None
    api = _rollout(backpack, observed, "api")
    rolled_out = plan.hold is None and api is not None and api.complete
    return {
        "observedGeneration": backpack.generation,
        "conditions": [condition.to_dict() for condition in conditions],
        "url": places.site_origin if places else None,
        "apiUrl": places.api_origin if places else None,
        "engine": plan.engine,
        "version": settings.version if rolled_out else backpack.status.version,
    }


def _failures(backpack: Backpack, plan: Plan, refusals: Sequence[Refusal]) -> Mapping[str, tuple[str, str]]:
    """Condition type -> reason and sentence, of what could not be applied."""
    result: dict[str, tuple[str, str]] = {}
    for refusal in refusals:
        result.setdefault(condition_of(refusal.key, backpack), refusal.verdict)
    for key in plan.conflicts:
        result[condition_of(key, backpack)] = (NAME_CONFLICT, conflict_message([key]))
    if plan.hold is not None:
        result[plan.hold.type] = (plan.hold.reason, plan.hold.message)
    return result


def _hostname(backpack: Backpack, observed: Observed, settings: Settings) -> Verdict:
    places = backpack_hosts(backpack, settings)
    if observed.accepted(backpack):
        message = f"{places.site} and {places.api} belong to this Backpack."
        return Verdict(names.HOSTNAME_ACCEPTED, True, "Accepted", message)
    holder = observed.holder
    message = (
        f"The hostname `{backpack.hostname}` belongs to the Backpack {holder.namespace}/{holder.name}. "
        "Set spec.hostname to one that is free, or wait: once that Backpack is deleted or has another "
        "hostname, this one is accepted by itself."
    )
    return Verdict(names.HOSTNAME_ACCEPTED, False, HOSTNAME_TAKEN, message)


def _component(
    backpack: Backpack, plan: Plan, observed: Observed, part: str, failed: Mapping[str, tuple[str, str]]
) -> Verdict:
    kind, noun = _COMPONENTS[part]
    if kind in failed:
        return Verdict(kind, False, *failed[kind])
    rollout = _rollout(backpack, observed, part)
    if rollout is not None and rollout.available > 0:
        message = f"{rollout.available} of {rollout.wanted} pods of the {noun} are ready."
        return Verdict(kind, True, "Available", message)
    if plan.hold is not None and rollout is None:
        return Verdict(kind, False, WAITING, f"The {noun} is not started: see {plan.hold.type}.")
    trouble = _trouble(backpack, part, rollout)
    if trouble is not None:
        return Verdict(kind, False, *trouble)
    return Verdict(kind, False, "Starting", f"No pod of the {noun} is ready yet.")


def _trouble(backpack: Backpack, part: str, rollout: Rollout | None) -> tuple[str, str] | None:
    """What the Deployment itself says is wrong."""
    name = backpack.child(part)
    if rollout is not None and rollout.refused is not None:
        return PODS_REFUSED, f"The pods of {name} are refused: {rollout.refused}"
    if rollout is not None and rollout.stuck is not None:
        look = f"kubectl describe pods --namespace {backpack.namespace} "
        look += f"-l app.kubernetes.io/instance={backpack.name},app.kubernetes.io/component={part}"
        return ROLLOUT_STUCK, f"The rollout of {name} does not get on: {rollout.stuck} See: {look}"
    return None


def _route(
    backpack: Backpack, plan: Plan, observed: Observed, failed: Mapping[str, tuple[str, str]]
) -> Verdict:
    if names.ROUTE_READY in failed:
        return Verdict(names.ROUTE_READY, False, *failed[names.ROUTE_READY])
    if not observed.accepted(backpack):
        message = "There is no route while the hostname is not accepted: see HostnameAccepted."
        return Verdict(names.ROUTE_READY, False, HOSTNAME_TAKEN, message)
    routes = [
        child
        for part in ("site", "api")
        if (child := observed.child(backpack, INGRESS_ROUTE, part)) is not None
    ]
    if len(routes) == 2:
        return Verdict(names.ROUTE_READY, True, "Routed", "Traefik has both routes.")
    if plan.hold is not None:
        return Verdict(names.ROUTE_READY, False, WAITING, f"There is no route yet: see {plan.hold.type}.")
    return Verdict(names.ROUTE_READY, False, "Starting", "The routes are being made.")


def _ready(backpack: Backpack, parts: Sequence[Verdict], settings: Settings) -> Verdict:
    """The first part that fails tells why; one that only waits for another comes last."""
    failing = sorted((part for part in parts if not part.status), key=lambda part: part.reason == WAITING)
    if failing:
        first = failing[0]
        return Verdict(names.READY, False, first.reason, first.message)
    places = backpack_hosts(backpack, settings)
    message = f"The backpack serves at {places.site_origin} and {places.api_origin}."
    return Verdict(names.READY, True, "Available", message)


def _progressing(backpack: Backpack, plan: Plan, observed: Observed) -> Verdict:
    if plan.hold is not None:
        return Verdict(
            names.PROGRESSING, False, plan.hold.reason, f"Nothing is changed: see {plan.hold.type}."
        )
    rollouts = {part: _rollout(backpack, observed, part) for part in COMPONENTS}
    moving = [
        backpack.child(part)
        for part, rollout in rollouts.items()
        if rollout is None or not (rollout.complete or rollout.stuck is not None)
    ]
    if moving:
        return Verdict(names.PROGRESSING, True, "RollingOut", f"Being rolled out: {', '.join(moving)}.")
    growing = [backpack.child(part) for part in VOLUMES if _growing(backpack, observed, part)]
    if growing:
        return Verdict(names.PROGRESSING, True, "Growing", f"Volumes being enlarged: {', '.join(growing)}.")
    return Verdict(names.PROGRESSING, False, "Settled", "Nothing is being rolled out.")


def _degraded(backpack: Backpack, plan: Plan, observed: Observed, refusals: Sequence[Refusal]) -> Verdict:
    if plan.conflicts:
        return Verdict(names.DEGRADED, True, NAME_CONFLICT, conflict_message(list(plan.conflicts)))
    if refusals:
        return Verdict(names.DEGRADED, True, *refusals[0].verdict)
    for part in COMPONENTS:
        trouble = _trouble(backpack, part, _rollout(backpack, observed, part))
        if trouble is not None:
            return Verdict(names.DEGRADED, True, *trouble)
    return Verdict(names.DEGRADED, False, "AsExpected", "Nothing has failed.")


def _rollout(backpack: Backpack, observed: Observed, part: str) -> Rollout | None:
    child = observed.child(backpack, DEPLOYMENT, part)
    return child.rollout if child is not None else None


def _growing(backpack: Backpack, observed: Observed, part: str) -> bool:
    child = observed.child(backpack, VOLUME_CLAIM, part)
    if child is None or child.body is None:
        return False
    state = child.body.get("status", {})
    asked = child.body["spec"]["resources"]["requests"]["storage"]
    return state.get("phase") == "Bound" and not _at_least(state.get("capacity", {}).get("storage"), asked)


def _at_least(size: str | None, asked: str) -> bool:
    return size is None or quantity(size) >= quantity(asked)
