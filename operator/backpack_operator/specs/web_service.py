"""`<backpack>-web`, the Service: nginx, behind Traefik."""

from typing import Any

from backpack_contract.ports import WEB
from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.services import service

COMPONENT = "web"


def web_service(backpack: Backpack) -> dict[str, Any]:
    return service(backpack, COMPONENT, {"http": WEB})
