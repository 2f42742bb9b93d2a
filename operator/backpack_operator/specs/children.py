"""All children of a backpack, in the order in which they are applied."""

from collections.abc import Mapping
from typing import Any

from backpack_contract.credentials import API_KEYS, MONGO_SPARE_USERNAME, REDIS_ACL
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.digests import digest
from backpack_operator.settings import Settings
from backpack_operator.specs.api_deployment import api_deployment
from backpack_operator.specs.api_service import api_service
from backpack_operator.specs.config_map import config_map
from backpack_operator.specs.disruption_budgets import disruption_budgets
from backpack_operator.specs.ingress_routes import ingress_routes
from backpack_operator.specs.mongo_deployment import mongo_deployment
from backpack_operator.specs.mongo_service import mongo_service
from backpack_operator.specs.network_policies import network_policies
from backpack_operator.specs.redis_deployment import redis_deployment
from backpack_operator.specs.redis_service import redis_service
from backpack_operator.specs.web_deployment import web_deployment
from backpack_operator.specs.web_service import web_service


def network(backpack: Backpack, settings: Settings, configuration: str) -> list[dict[str, Any]]:
    """What holds no data and runs nothing. `configuration`: the API's, as JSON."""
    return [
        config_map(backpack, configuration),
        *network_policies(backpack, settings),
        *disruption_budgets(backpack),
        api_service(backpack),
        mongo_service(backpack),
        redis_service(backpack),
        web_service(backpack),
    ]


def workloads(
    backpack: Backpack,
    settings: Settings,
    engine: str,
    credentials: Mapping[str, str],
    *,
    stores: bool = True,
    cache_users: str | None = None,
) -> list[dict[str, Any]]:
    """The four Deployments: database and cache first. `stores`: whether these two run;
    `cache_users`: what the cache's pods say of its list of users, where that is no digest
    of it."""
    replicas = 1 if stores else 0
    given = {key: credentials[key] for key in API_KEYS if key in credentials}
    return [
        mongo_deployment(
            backpack, settings, engine, replicas, second_user=MONGO_SPARE_USERNAME in credentials
        ),
        redis_deployment(backpack, settings, cache_users or digest(credentials[REDIS_ACL]), replicas),
        api_deployment(backpack, settings, digest(given)),
        web_deployment(backpack, settings),
    ]


def routes(backpack: Backpack, settings: Settings) -> list[dict[str, Any]]:
    """What makes the backpack reachable, once its hostname is accepted."""
    return ingress_routes(backpack, settings)
