"""Whether those that a Backpack names in spec.admins are there."""

from backpack_operator.model import conditions as names
from backpack_operator.model.conditions import Verdict
from backpack_operator.reconcile.verdicts.found import Found

ADMIN_UNKNOWN = "AdminUnknown"


def unknown_admins(found: Found) -> Verdict | None:
    """The Backpack works all the same: only nobody finds it by that name."""
    if found.observed.admins is None:
        return None
    missing = [name for name in found.backpack.admins if name not in found.observed.admins]
    if not missing:
        return None
    namespace = found.settings.dashboards_namespace
    message = (
        f"spec.admins names {', '.join(missing)}, but the namespace {namespace} has no BackpackAdmin of that "
        "name, so that nobody finds the Backpack by it. Whoever is given the name later will: take it out of "
        "spec.admins, or create the account."
    )
    return Verdict(names.UNKNOWN_ADMINS, True, ADMIN_UNKNOWN, message)
