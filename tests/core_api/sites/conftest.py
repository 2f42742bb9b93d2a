"""A backpack whose site can be changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backpack_contract import environment
from backpack_contract.configuration import AdminKey
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi
from support.site_zips import site_zip


@pytest.fixture(scope="session")
def signer() -> AdminSigner:
    return AdminSigner()


@pytest.fixture
def start_site_api(
    start_api: Callable[..., CoreApi], signer: AdminSigner, tmp_path: Path
) -> Callable[..., CoreApi]:
    """Starts APIs that know the administrators' key and share one files volume."""

    def start(configuration: dict[str, Any] | None = None, **options: Any) -> CoreApi:
        keys = (AdminKey(**signer.key),)
        options.setdefault(environment.FILES_DIRECTORY, str(tmp_path / "volume"))
        return start_api(configuration={"admin_keys": keys, **(configuration or {})}, **options)

    return start


@pytest.fixture
def site_api(start_site_api: Callable[..., CoreApi]) -> CoreApi:
    """One API with a site of its own, which has no release yet."""
    return start_site_api()


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """Where the releases are."""
    return tmp_path / "volume" / "site"


@pytest.fixture
def visitor(site_api: CoreApi) -> Iterator[httpx.Client]:
    """Somebody who asks for the site; for no compressed content unless he says so."""
    with httpx.Client(
        base_url=f"{site_api.public}/site", timeout=20, headers={"Accept-Encoding": "identity"}
    ) as client:
        yield client


@pytest.fixture
def upload(site_api: CoreApi, signer: AdminSigner) -> Callable[..., httpx.Response]:
    """Uploads a ZIP, or one of these files."""
    return uploader(site_api, signer)


def uploader(api: CoreApi, signer: AdminSigner) -> Callable[..., httpx.Response]:
    admin = AdminHttp(api, signer)

    def send(content: Any = None, *, activate: bool = True) -> httpx.Response:
        if content is None or isinstance(content, dict):
            content = site_zip(content)
        return admin.call(
            "POST",
            "/admin/site/releases",
            content=content,
            params={} if activate else {"activate": "false"},
            headers={"Content-Type": "application/zip"},
        )

    return send
