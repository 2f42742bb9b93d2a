"""A backpack's site: as its visitors see it, and as administrators change it."""

from collections.abc import Callable
from typing import Any

import httpx

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi
from support.site_zips import site_zip

Upload = Callable[..., httpx.Response]


def visitor_of(api: CoreApi) -> httpx.Client:
    """A client of the site, which takes compressed content only where it says so."""
    return httpx.Client(base_url=f"{api.public}/site", timeout=20, headers={"Accept-Encoding": "identity"})


def uploader(api: CoreApi, signer: AdminSigner) -> Upload:
    """Uploads a ZIP, or one of these files; `activate=False`: only uploads it."""
    admin = AdminHttp(api, signer)

    def upload(content: Any = None, *, activate: bool = True) -> httpx.Response:
        if content is None or isinstance(content, dict):
            content = site_zip(content)
        return admin.call(
            "POST",
            "/admin/site/releases",
            content=content,
            params={} if activate else {"activate": "false"},
            headers={"Content-Type": "application/zip"},
        )

    return upload
