"""How many backpacks a developer may make, where the cluster takes its time to show them."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.errors import Forbidden
from backpack_dashboard.services.backpacks import Backpacks

ADA = Admin("ada", "uid-1", "ada@example.com", "Ada", "developer", disabled=False, created_at="")


class SlowCluster:
    """The picture and the writes: each takes its turns of the event loop."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def backpacks(self) -> list[Any]:
        return self.shown

    def backpack(self, key: tuple[str, str]) -> None:
        return None

    async def create_backpack(self, namespace: str, name: str, spec: Mapping[str, Any]) -> Any:
        await asyncio.sleep(0)
        return {"metadata": {"uid": name}, "spec": spec}

    async def wait_backpack(self, key: tuple[str, str], uid: str) -> Any:
        await asyncio.sleep(0)
        self.shown.append(SimpleNamespace(hostname=key[1], admins=["ada"], spec={}))
        return self.shown[-1]


async def test_who_makes_many_at_once_has_no_more_than_he_may() -> None:
    cluster = cast("Any", SlowCluster())
    settings = cast(
        "Any",
        SimpleNamespace(
            backpacks_per_developer=2, storage_per_developer="", create_in=("apps",), domain="example.test"
        ),
    )
    backpacks = Backpacks(settings, cluster, cluster)

    making = (backpacks.create(ADA, "apps", f"shop-{number}", "") for number in range(6))
    outcomes = await asyncio.gather(*making, return_exceptions=True)
    assert len(cluster.shown) == 2
    assert [type(one) for one in outcomes[2:]] == [Forbidden] * 4
