"""A backpack whose site can be changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backpack_contract import environment
from backpack_contract.configuration import AdminKey
from backpack_devcluster.report import silent
from backpack_images import javascript
from support.admin_client import AdminSigner
from support.core_api import CoreApi
from support.ferretdb import FerretDB
from support.redis import Redis
from support.sites import uploader, visitor_of


@pytest.fixture(scope="session", autouse=True)
def site_script() -> None:
    """The SDK that the site's host hands out, built."""
    javascript.site_script(silent())


@pytest.fixture(scope="session")
def signer() -> AdminSigner:
    return AdminSigner()


@pytest.fixture(scope="session")
def site_api(
    ferretdb: FerretDB, redis: Redis, signer: AdminSigner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreApi]:
    """One API for the tests that bring a release of their own."""
    process = CoreApi(
        tmp_path_factory.mktemp("site"),
        ferretdb,
        redis,
        redis_database=3,
        configuration={"admin_keys": (AdminKey(**signer.key),)},
    )
    process.start()
    yield process
    process.stop()
    process.close_clients()


@pytest.fixture
def volume(site_api: CoreApi) -> Path:
    """Where its releases are."""
    return site_api.files / "site"


@pytest.fixture
def start_site_api(
    start_api: Callable[..., CoreApi], signer: AdminSigner, tmp_path: Path
) -> Callable[..., CoreApi]:
    """Starts further APIs that know the administrators' key, on one files volume."""

    def start(configuration: dict[str, Any] | None = None, **options: Any) -> CoreApi:
        keys = (AdminKey(**signer.key),)
        options.setdefault(environment.FILES_DIRECTORY, str(tmp_path / "volume"))
        return start_api(configuration={"admin_keys": keys, **(configuration or {})}, **options)

    return start


@pytest.fixture
def visitor(site_api: CoreApi) -> Iterator[httpx.Client]:
    """Somebody who looks at the site."""
    with visitor_of(site_api) as client:
        yield client


@pytest.fixture
def upload(site_api: CoreApi, signer: AdminSigner) -> Callable[..., httpx.Response]:
    """Uploads a ZIP, or one of these files."""
    return uploader(site_api, signer)
