"""The verdict: what was planned, what became of it, and what is live, as conditions and
the rest of the status. Pure, as the decision is."""

from collections.abc import Sequence

from backpack_operator.model.conditions import Verdict, timed
from backpack_operator.model.status import Status
from backpack_operator.reconcile.observed import COMPONENTS
from backpack_operator.reconcile.verdicts.admins import unknown_admins
from backpack_operator.reconcile.verdicts.components import component
from backpack_operator.reconcile.verdicts.configuration import (
    collections_released,
    configured,
    declared,
    taken_digest,
)
from backpack_operator.reconcile.verdicts.found import Found
from backpack_operator.reconcile.verdicts.rotation import credentials_rotated, key_rotated
from backpack_operator.reconcile.verdicts.routes import hostname, route
from backpack_operator.reconcile.verdicts.summary import degraded, progressing, ready
from backpack_operator.reconcile.verdicts.upgrade import kept_mark, up_to_date
from backpack_operator.reconcile.verdicts.volumes import multi_attach_risk
from backpack_operator.settings import tag
from backpack_operator.specs.addresses import backpack_hosts
from backpack_operator.specs.labels import selector

_AT_TIMES = (multi_attach_risk, collections_released, unknown_admins, credentials_rotated, key_rotated)
"""What is told of only where there is something to say."""


def judge(found: Found) -> list[Verdict]:
    """All conditions, in the order of the status."""
    failed = found.failures()
    parts = [
        hostname(found),
        *(component(found, part, failed) for part in COMPONENTS),
        route(found, failed),
    ]
    return [
        ready(found, parts),
        *parts,
        configured(found),
        progressing(found),
        up_to_date(found),
        degraded(found),
        *(told for told in (tell(found) for tell in _AT_TIMES) if told is not None),
    ]


def status(found: Found, verdicts: Sequence[Verdict], now: str) -> Status:
    """The whole status; `now` in RFC 3339, whole seconds."""
    backpack, former = found.backpack, found.backpack.status
    places = backpack_hosts(backpack, found.settings) if found.accepted else None
    api = found.observed.rollout(backpack, "api")
    rolled_out = found.plan.hold is None and api is not None and api.complete and api.wanted > 0
    return Status(
        observed_generation=backpack.generation,
        conditions=timed(verdicts, former.conditions, backpack.generation, now),
        url=places.site_origin if places else None,
        api_url=places.api_origin if places else None,
        engine=found.plan.engine,
        version=_version(found) if rolled_out else former.version,
        replicas=api.total if api is not None else 0,
        selector=",".join(f"{key}={value}" for key, value in sorted(selector(backpack, "api").items())),
        configuration=taken_digest(found),
        collections=declared(found),
        runtime=found.plan.turn.runtime if found.plan.turn is not None else former.runtime,
        upgrade=kept_mark(found),
        rotated_credentials=found.observed.rotations(backpack).passwords.done,
        rotated_key=found.observed.rotations(backpack).key.done,
    )


def _version(found: Found) -> str | None:
    """Of the core API whose pods are all ready; one that waits for its turn has the former."""
    former, turn = found.backpack.status.version, found.plan.turn
    if turn is None or turn.runtime.images.api == found.settings.image_api:
        return found.settings.version
    return former or tag(turn.runtime.images.api)
