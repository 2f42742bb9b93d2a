"""How requests from outside reach a backpack: Traefik's IngressRoutes, one for each
host. The one module that knows Traefik."""

from typing import Any

from backpack_contract import ports
from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings
from backpack_operator.specs.config_map import backpack_hosts
from backpack_operator.specs.labels import owned

SITE = "site"
API = "api"


def ingress_routes(backpack: Backpack, settings: Settings) -> list[dict[str, Any]]:
    places = backpack_hosts(backpack, settings)
    return [
        _route(backpack, settings, SITE, host=places.site, component="web", port=ports.WEB),
        _route(backpack, settings, API, host=places.api, component="api", port=ports.API_PUBLIC),
    ]


def _route(
    backpack: Backpack, settings: Settings, part: str, *, host: str, component: str, port: int
) -> dict[str, Any]:
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": owned(backpack, part, component),
        "spec": {
            "entryPoints": list(settings.entry_points),
            "routes": [
                {
                    "kind": "Rule",
                    "match": f"Host(`{host}`)",
                    # To the Service's own address: with pods' addresses Traefik would
                    # configure itself anew, for all backpacks, whenever one pod of one
                    # comes or goes (docs/decisions/0004-routes-to-services.md).
                    "services": [{"name": backpack.child(component), "port": port, "nativeLB": True}],
                }
            ],
        },
    }
