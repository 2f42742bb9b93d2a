"""Whose certificates Traefik has to be looked at for: pure."""

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.kinds import INGRESS_ROUTE
from backpack_operator.model.tls import effective_tls
from backpack_operator.reconcile.observed import Observed
from backpack_operator.settings import Settings
from backpack_operator.specs import ingress_routes
from backpack_operator.specs.addresses import backpack_hosts


def hosts_to_look_at(backpack: Backpack, observed: Observed, settings: Settings) -> tuple[str, ...]:
    """The hosts for which a certificate resolver should get a certificate, once it knows of
    them. A Secret's is read where it is, and an entry point's is its administrator's."""
    tls = effective_tls(backpack, settings)
    if settings.traefik_https_address is None or tls.resolver is None or not observed.accepted(backpack):
        return ()
    parts = (ingress_routes.SITE, ingress_routes.API)
    if any(observed.child(backpack, INGRESS_ROUTE, part) is None for part in parts):
        return ()
    places = backpack_hosts(backpack, settings)
    return places.site, places.api
