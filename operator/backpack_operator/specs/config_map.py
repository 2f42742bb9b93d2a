"""`<backpack>-config`: what the API must know about its backpack."""

from typing import Any

from backpack_contract.configuration import BackpackConfiguration
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.hosts import Hosts, hosts
from backpack_operator.settings import Settings
from backpack_operator.specs.labels import owned

PART = "config"
FILE = "config.json"


def backpack_hosts(backpack: Backpack, settings: Settings) -> Hosts:
    """Where the backpack is found, once its hostname is accepted."""
    return hosts(backpack.hostname, settings.domain, settings.url_scheme, settings.public_port)


def configuration(backpack: Backpack, settings: Settings) -> BackpackConfiguration:
    places = backpack_hosts(backpack, settings)
    return BackpackConfiguration(
        name=backpack.name,
        namespace=backpack.namespace,
        uid=backpack.uid,
        site_origin=places.site_origin,
        api_origin=places.api_origin,
        secure_cookies=settings.url_scheme == "https",
    )


def config_map(backpack: Backpack, settings: Settings) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": owned(backpack, PART),
        "data": {FILE: configuration(backpack, settings).to_json()},
    }
