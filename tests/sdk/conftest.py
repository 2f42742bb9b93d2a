"""A backpack for the SDKs to play their cases against."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_contract.configuration import AdminKey
from support.admin_client import AdminSigner
from support.core_api import CoreApi, Reachable
from support.ferretdb import FerretDB, ferretdb
from support.lossy_network import LossyNetwork
from support.redis import Redis, redis
from support.sdk_world import Control, World

__all__ = ["ferretdb", "redis"]


def new_api(
    directory: Path, ferretdb: FerretDB, redis: Reachable, signer: AdminSigner, **options: Any
) -> CoreApi:
    """An API that knows the administrators' key."""
    configuration = {"admin_keys": (AdminKey(**signer.key),), **options.pop("configuration", {})}
    return CoreApi(directory, ferretdb, redis, configuration=configuration, **options)


@pytest.fixture(scope="session")
def signer() -> AdminSigner:
    return AdminSigner()


@pytest.fixture(scope="session")
def sdk_api(
    ferretdb: FerretDB, redis: Redis, signer: AdminSigner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreApi]:
    """The API of all cases that leave its settings and its process alone."""
    api = new_api(tmp_path_factory.mktemp("sdk"), ferretdb, redis, signer, redis_database=4)
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
def way_to_redis(redis: Redis) -> Iterator[LossyNetwork]:
    """That of the APIs that a test starts."""
    way = LossyNetwork(redis.host)
    yield way
    way.close()


@pytest.fixture
def start_api(
    ferretdb: FerretDB, way_to_redis: LossyNetwork, signer: AdminSigner, tmp_path: Path
) -> Iterator[Callable[..., CoreApi]]:
    """Starts an API that a test may end and start again."""
    started: list[CoreApi] = []

    def start(**options: Any) -> CoreApi:
        directory = tmp_path / f"api-{len(started)}"
        api = new_api(directory, ferretdb, way_to_redis, signer, redis_database=5, **options)
        api.start()
        started.append(api)
        return api

    yield start
    for api in started:
        api.stop()
        api.close_clients()


@pytest.fixture
def make_world(
    sdk_api: CoreApi,
    start_api: Callable[..., CoreApi],
    signer: AdminSigner,
    control: Control,
    *,
    collections: deque[str],
    way_to_redis: LossyNetwork,
) -> Iterator[Callable[..., World]]:
    """Makes the world of a case, which steps then act on."""
    worlds: list[World] = []

    def make(case: dict[str, Any]) -> World:
        if case.get("own"):
            world = World(start_api(), signer, case, deque(), way_to_redis)
        else:
            world = World(sdk_api, signer, case, collections)
        worlds.append(world)
        control.world = world
        return world

    yield make
    for world in worlds:
        world.close()
