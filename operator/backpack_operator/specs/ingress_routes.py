"""How requests from outside reach a backpack: Traefik's IngressRoutes, one for each host,
and one that sends plain HTTP to HTTPS. The one module that knows Traefik."""

from typing import Any

from backpack_contract import ports
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.hosts import Hosts
from backpack_operator.model.tls import EffectiveTls, effective_tls
from backpack_operator.settings import Settings
from backpack_operator.specs.addresses import backpack_hosts
from backpack_operator.specs.labels import owned

SITE = "site"
API = "api"
REDIRECT = "redirect"
_TRAEFIK = "traefik.io/v1alpha1"


def redirects(backpack: Backpack, settings: Settings) -> bool:
    """Whether requests over plain HTTP are sent to HTTPS by a route of ours."""
    return settings.tls_redirect and effective_tls(backpack, settings).on


def ingress_routes(backpack: Backpack, settings: Settings) -> list[dict[str, Any]]:
    """The Middleware comes before the route that names it."""
    places, tls = backpack_hosts(backpack, settings), effective_tls(backpack, settings)
    entry_points = settings.https_entry_points if tls.on else settings.http_entry_points
    certificate = _certificate(tls, places)
    routes = [
        _route(backpack, SITE, entry_points, [_rule(backpack, "web", ports.WEB, places.site)], certificate),
        _route(
            backpack, API, entry_points, [_rule(backpack, "api", ports.API_PUBLIC, places.api)], certificate
        ),
    ]
    if redirects(backpack, settings):
        rule = _rule(backpack, "web", ports.WEB, places.site, places.api)
        rule["middlewares"] = [{"name": backpack.child(REDIRECT)}]
        routes.insert(0, _middleware(backpack, settings))
        routes.append(_route(backpack, REDIRECT, settings.http_entry_points, [rule], None))
    return routes


def _certificate(tls: EffectiveTls, places: Hosts) -> dict[str, Any] | None:
    """The route's `tls` section; without one, the entry point decides."""
    if tls.source == "Secret":
        return {"secretName": tls.secret_name}
    if tls.source == "Resolver" and tls.resolver is not None:
        # Both routes ask for one certificate with both names: certificate authorities
        # count certificates, and two for each backpack reach their limits twice as soon.
        return {"certResolver": tls.resolver, "domains": [{"main": places.site, "sans": [places.api]}]}
    # Of a resolver that nobody names, Traefik's default certificate; the condition says so.
    return {} if tls.source == "Resolver" else None


def _rule(backpack: Backpack, component: str, port: int, *hosts: str) -> dict[str, Any]:
    return {
        "kind": "Rule",
        "match": " || ".join(f"Host(`{host}`)" for host in hosts),
        # To the Service's own address: with pods' addresses Traefik would
        # configure itself anew, for all backpacks, whenever one pod of one
        # comes or goes (docs/decisions/0004-routes-to-services.md).
        "services": [{"name": backpack.child(component), "port": port, "nativeLB": True}],
    }


def _route(
    backpack: Backpack,
    part: str,
    entry_points: tuple[str, ...],
    rules: list[dict[str, Any]],
    certificate: dict[str, Any] | None,
) -> dict[str, Any]:
    component = {SITE: "web", API: "api"}.get(part)
    return {
        "apiVersion": _TRAEFIK,
        "kind": "IngressRoute",
        "metadata": owned(backpack, part, component),
        "spec": {
            "entryPoints": list(entry_points),
            "routes": rules,
            **({} if certificate is None else {"tls": certificate}),
        },
    }


def _middleware(backpack: Backpack, settings: Settings) -> dict[str, Any]:
    port = settings.public_https_port
    return {
        "apiVersion": _TRAEFIK,
        "kind": "Middleware",
        "metadata": owned(backpack, REDIRECT),
        "spec": {
            "redirectScheme": {
                "scheme": "https",
                "permanent": True,
                **({} if port is None else {"port": str(port)}),
            }
        },
    }
