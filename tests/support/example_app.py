"""An application of `examples/`, as its folder is: the core API with the collections that its resource
declares, and its site behind the real nginx."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from backpack_contract.configuration import AdminKey
from backpack_dev.sites import site_zip
from backpack_operator.model import spec as parts
from support.admin_client import AdminSigner
from support.core_api import API_ORIGIN, SITE_ORIGIN, CoreApi
from support.ferretdb import FerretDB
from support.redis import Redis
from support.site_front import running_front, shared_files
from support.site_origin import SiteOrigin
from support.sites import uploader

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass
class ExampleApp:
    """`addresses`: what a browser finds where, see `support.browser`."""

    api: CoreApi
    addresses: dict[str, str]
    url: str = SITE_ORIGIN


def folder_of(name: str) -> Path:
    return EXAMPLES / name / "site"


def resource_of(name: str) -> dict[str, Any]:
    resource: dict[str, Any] = yaml.safe_load((EXAMPLES / name / "backpack.yaml").read_text())
    return resource


@contextmanager
def running_example(name: str, directory: Path, ferretdb: FerretDB, redis: Redis) -> Iterator[ExampleApp]:
    spec = resource_of(name)["spec"]
    signer = AdminSigner()
    api = CoreApi(
        directory,
        ferretdb,
        redis,
        redis_database=6,
        configuration={
            "name": name,
            "admin_keys": (AdminKey(**signer.key),),
            "collections": parts.collections(spec),
            "create_collections": parts.api(spec).create_collections,
        },
    )
    api.start()
    try:
        assert uploader(api, signer)(site_zip(folder_of(name))).status_code == 201
        address = urlsplit(api.public)
        origin = SiteOrigin(host=str(address.hostname), port=int(address.port or 0))
        with shared_files() as share, running_front(share, directory / "nginx.log", origin, {}) as front:
            site, public = urlsplit(SITE_ORIGIN).netloc, urlsplit(API_ORIGIN).netloc
            yield ExampleApp(api, {site: urlsplit(front.url).netloc, public: address.netloc})
    finally:
        api.stop()
        api.close_clients()
