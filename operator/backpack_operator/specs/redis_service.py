"""`<backpack>-redis`, the Service: the cache."""

from typing import Any

from backpack_contract.ports import REDIS
from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.services import service

COMPONENT = "redis"


def redis_service(backpack: Backpack) -> dict[str, Any]:
    return service(backpack, COMPONENT, {"redis": REDIS})
