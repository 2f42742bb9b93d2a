"""`<backpack>-api`, the Service: Traefik and nginx reach the public port, the
dashboard the admin port."""

from typing import Any

from backpack_contract.ports import API_ADMIN, API_PUBLIC
from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.services import service

COMPONENT = "api"


def api_service(backpack: Backpack) -> dict[str, Any]:
    return service(backpack, COMPONENT, {"public": API_PUBLIC, "admin": API_ADMIN})
