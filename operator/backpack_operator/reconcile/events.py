"""Kubernetes Events: one for each change of reason, however often it is reconciled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from backpack_contract import resources as names
from backpack_operator.model import conditions
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Condition, Verdict, find
from backpack_operator.model.digests import digest
from backpack_operator.reconcile.verdicts.rotation import ROTATING

CONTROLLER = f"{names.GROUP}/operator"
_QUIET = frozenset({"Starting", "AsExpected", "Suspended", "CertificatePending", ROTATING})
"""Reasons that are no failures, and news only after something else was said."""

_TOLD = (
    conditions.READY,
    conditions.DEGRADED,
    conditions.COLLECTIONS_RELEASED,
    conditions.MULTI_ATTACH_RISK,
    conditions.UNKNOWN_ADMINS,
    conditions.CREDENTIALS_ROTATED,
    conditions.KEY_ROTATED,
)
"""The conditions whose changes are told of."""

_GOOD = frozenset({conditions.READY, conditions.CREDENTIALS_ROTATED, conditions.KEY_ROTATED})
"""Those that are fine when they are True."""


@dataclass(frozen=True, slots=True)
class News:
    """What has changed about one condition."""

    type: str
    reason: str
    message: str
    warning: bool
    identity: str
    """The same for every operator and every attempt that tells of this change."""


def news(backpack: Backpack, verdicts: Iterable[Verdict]) -> Iterator[News]:
    """Changes of the reasons of some conditions, and all that is released; a Backpack
    that is only starting has no news yet."""
    for verdict in verdicts:
        if verdict.type not in _TOLD:
            continue
        former = find(backpack.status.conditions, verdict.type)
        details = verdict.type == conditions.COLLECTIONS_RELEASED
        if not _is_new(former, verdict, details):
            continue
        fine = verdict.status is (verdict.type in _GOOD) or verdict.reason in _QUIET
        before = [former.status, former.reason, former.last_transition_time] if former else []
        what = [verdict.message, backpack.generation] if details else []
        identity = digest([backpack.uid, verdict.type, verdict.text, verdict.reason, before, *what])
        yield News(verdict.type, verdict.reason, verdict.message, not fine, identity)


def _is_new(former: Condition | None, verdict: Verdict, details: bool) -> bool:
    """`details`: whether another sentence is news too, as it is of what is released."""
    if former is None:
        return verdict.reason not in _QUIET
    same = (former.status, former.reason) == (verdict.text, verdict.reason)
    return not same or (details and former.message != verdict.message)


def event_body(backpack: Backpack, item: News, now: str) -> dict[str, Any]:
    """`now` in RFC 3339, with microseconds."""
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": f"{backpack.name}.{item.identity[:16]}", "namespace": backpack.namespace},
        "eventTime": now,
        "reportingController": CONTROLLER,
        "reportingInstance": names.FIELD_MANAGER,
        "action": "Reconcile",
        "type": "Warning" if item.warning else "Normal",
        "reason": item.reason,
        "note": item.message if len(item.message) <= 1024 else item.message[:1021] + "...",
        "regarding": {
            "apiVersion": names.API_VERSION,
            "kind": names.KIND,
            "namespace": backpack.namespace,
            "name": backpack.name,
            "uid": backpack.uid,
        },
    }
