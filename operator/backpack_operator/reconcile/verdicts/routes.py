"""Whether the backpack can be reached from outside, and by which name."""

from collections.abc import Mapping

from backpack_operator.model import conditions as names
from backpack_operator.model.conditions import Told, Verdict
from backpack_operator.model.kinds import INGRESS_ROUTE
from backpack_operator.reconcile.verdicts.certificates import certificate_trouble, unseen
from backpack_operator.reconcile.verdicts.found import STARTING, WAITING, Found
from backpack_operator.specs import ingress_routes
from backpack_operator.specs.addresses import backpack_hosts

HOSTNAME_TAKEN = "HostnameTaken"


def hostname(found: Found) -> Verdict:
    backpack = found.backpack
    if found.accepted:
        places = backpack_hosts(backpack, found.settings)
        message = f"{places.site} and {places.api} belong to this Backpack."
        return Verdict(names.HOSTNAME_ACCEPTED, True, "Accepted", message)
    holder = found.observed.holder
    message = (
        f"The hostname `{backpack.hostname}` belongs to the Backpack {holder.namespace}/{holder.name}. "
        "Set spec.hostname to one that is free, or wait: once that Backpack is deleted or has another "
        "hostname, this one is accepted by itself."
    )
    return Verdict(names.HOSTNAME_ACCEPTED, False, HOSTNAME_TAKEN, message)


def route(found: Found, failed: Mapping[str, Told]) -> Verdict:
    if names.ROUTE_READY in failed:
        return Verdict(names.ROUTE_READY, False, *failed[names.ROUTE_READY])
    if not found.accepted:
        message = "There is no route while the hostname is not accepted: see HostnameAccepted."
        return Verdict(names.ROUTE_READY, False, HOSTNAME_TAKEN, message)
    parts = (ingress_routes.SITE, ingress_routes.API)
    routed = all(found.observed.child(found.backpack, INGRESS_ROUTE, part) is not None for part in parts)
    if not routed and found.plan.hold is not None:
        hold = found.plan.hold.type
        return Verdict(names.ROUTE_READY, False, WAITING, f"There is no route yet: see {hold}.")
    if not routed:
        return Verdict(names.ROUTE_READY, False, STARTING, "The routes are being made.")
    if (trouble := certificate_trouble(found)) is not None:
        return Verdict(names.ROUTE_READY, False, *trouble)
    return Verdict(names.ROUTE_READY, True, "Routed", f"Traefik has both routes.{unseen(found)}")
