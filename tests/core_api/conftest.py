"""Real stores and a real process for the tests of the core API."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from backpack_api.domain.collections import MAX_COLLECTIONS
from support.core_api import CoreApi, Person, new_person
from support.event_loop import pytest_asyncio_loop_factories
from support.ferretdb import FerretDB, ferretdb
from support.redis import Redis, redis

STARTED = pytest.StashKey[CoreApi]()
"""The API of this worker, once a test has asked for it."""

__all__ = ["ferretdb", "pytest_asyncio_loop_factories", "redis"]


@pytest.fixture(scope="session")
def api(
    request: pytest.FixtureRequest,
    ferretdb: FerretDB,
    redis: Redis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[CoreApi]:
    """One API for all tests of a worker: each makes users and collections of its own."""
    process = CoreApi(tmp_path_factory.mktemp("api"), ferretdb, redis)
    process.start()
    request.config.stash[STARTED] = process
    yield process
    process.stop()
    process.close_clients()


@pytest.fixture(scope="module", autouse=True)
def _room_for_collections(request: pytest.FixtureRequest) -> None:
    """A backpack has so many at most, and each test makes one of its own: those of earlier
    modules go."""
    process = request.config.stash.get(STARTED, None)
    if process is not None:
        asyncio.run(_drop_collections(process))


async def _drop_collections(process: CoreApi) -> None:
    async with process.runtime() as runtime:
        collections = await runtime.collections.all()
        if len(collections) > MAX_COLLECTIONS / 4:
            await asyncio.gather(*(runtime.collections.drop(one.name) for one in collections))


@pytest.fixture
def anyone(api: CoreApi) -> Iterator[httpx.Client]:
    """A client without a session."""
    with api.client() as client:
        yield client


@pytest.fixture
def ada(api: CoreApi) -> Person:
    """A user who is signed in."""
    return new_person(api)


@pytest.fixture
def grace(api: CoreApi) -> Person:
    """Another one."""
    return new_person(api)


@pytest.fixture
def start_api(
    ferretdb: FerretDB, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., CoreApi]]:
    """Starts further APIs: with another database or cache, or with other settings."""
    with _starter(ferretdb, redis, tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def module_api(
    ferretdb: FerretDB, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., CoreApi]]:
    """As `start_api`, for APIs that the tests of a module share."""
    with _starter(ferretdb, redis, tmp_path_factory) as start:
        yield start


@contextmanager
def _starter(
    ferretdb: FerretDB, redis: Redis, directories: pytest.TempPathFactory
) -> Iterator[Callable[..., CoreApi]]:
    started: list[CoreApi] = []

    def start(**options: Any) -> CoreApi:
        options.setdefault("redis_database", 1)
        process = CoreApi(directories.mktemp("api"), ferretdb, redis, **options)
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.stop()
        process.close_clients()


@pytest.fixture
def tiny_volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    directory = tmp_path / "volume"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs can't be mounted here: {mounted.stderr.strip()}")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)
