"""A backpack for the SDKs to play their cases against."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backpack_contract.configuration import AdminKey
from support.admin_client import AdminSigner
from support.core_api import CoreApi
from support.ferretdb import FerretDB, ferretdb
from support.redis import Redis, redis
from support.sdk_world import Control, World

__all__ = ["ferretdb", "redis"]


@pytest.fixture(scope="session")
def signer() -> AdminSigner:
    return AdminSigner()


@pytest.fixture(scope="session")
def sdk_api(
    ferretdb: FerretDB, redis: Redis, signer: AdminSigner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreApi]:
    """The API of all cases that leave its settings and its process alone."""
    api = CoreApi(
        tmp_path_factory.mktemp("sdk"),
        ferretdb,
        redis,
        redis_database=4,
        configuration={"admin_keys": (AdminKey(**signer.key),)},
    )
    api.start()
    yield api
    api.stop()
    api.close_clients()


@pytest.fixture(scope="session")
def control() -> Iterator[Control]:
    """Where runners ask for what only the harness can do."""
    control = Control()
    yield control
    control.close()


@pytest.fixture(scope="session")
def collections() -> deque[str]:
    """Those of `sdk_api`, the oldest first."""
    return deque()


@pytest.fixture
def make_world(
    sdk_api: CoreApi, signer: AdminSigner, control: Control, collections: deque[str]
) -> Iterator[Callable[..., World]]:
    """Makes the world of a case, which steps then act on."""
    worlds: list[World] = []

    def make(case: dict[str, Any]) -> World:
        world = World(sdk_api, signer, case, collections)
        worlds.append(world)
        control.world = world
        return world

    yield make
    for world in worlds:
        world.close()
