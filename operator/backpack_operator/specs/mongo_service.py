"""`<backpack>-mongo`, the Service: the database, whichever engine it is."""

from typing import Any

from backpack_contract.ports import MONGO
from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.services import service

COMPONENT = "mongo"


def mongo_service(backpack: Backpack) -> dict[str, Any]:
    return service(backpack, COMPONENT, {"mongo": MONGO})
