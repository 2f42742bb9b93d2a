"""A backpack with keys of administrators."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backpack_contract.configuration import AdminKey
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi
from support.ferretdb import FerretDB
from support.redis import Redis
from support.sockets import Socket


@pytest.fixture(scope="session")
def signer() -> AdminSigner:
    """The dashboard's key."""
    return AdminSigner()


@pytest.fixture(scope="session")
def admin_keys(signer: AdminSigner) -> tuple[AdminKey, ...]:
    """`admin_keys` of the configuration of every API here."""
    return (AdminKey(**signer.key),)


@pytest.fixture(scope="session")
def admin_api(
    ferretdb: FerretDB,
    redis: Redis,
    admin_keys: tuple[AdminKey, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[CoreApi]:
    """One API for all tests of a worker that leave it as it was, but for what is their own."""
    process = CoreApi(
        tmp_path_factory.mktemp("admin"),
        ferretdb,
        redis,
        redis_database=2,
        configuration={"admin_keys": admin_keys},
    )
    process.start()
    yield process
    process.stop()
    process.close_clients()


@pytest.fixture
def start_admin_api(
    start_api: Callable[..., CoreApi], admin_keys: tuple[AdminKey, ...]
) -> Callable[..., CoreApi]:
    """Starts further APIs that know the key; `configuration` has further settings."""

    def start(configuration: dict[str, Any] | None = None, **options: Any) -> CoreApi:
        return start_api(configuration={"admin_keys": admin_keys, **(configuration or {})}, **options)

    return start


@pytest.fixture
def admin(admin_api: CoreApi, signer: AdminSigner) -> AdminHttp:
    """The administrator `ada`."""
    return AdminHttp(admin_api, signer)


@pytest.fixture
def console(admin: AdminHttp) -> Iterator[Socket]:
    """The administrator's WebSocket."""
    with admin.socket() as socket:
        yield socket
