"""Example applications with real stores, and browsers that complain."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from backpack_devcluster.report import silent
from backpack_images import javascript
from support.example_app import ExampleApp, running_example
from support.example_browser import Visitors, visitors
from support.ferretdb import FerretDB, ferretdb
from support.redis import Redis, redis

__all__ = ["ferretdb", "redis"]


@pytest.fixture(scope="session", autouse=True)
def site_script() -> None:
    """The SDK that the site's host hands out, built."""
    javascript.site_script(silent())


@pytest.fixture(scope="module")
def app(
    request: pytest.FixtureRequest,
    ferretdb: FerretDB,
    redis: Redis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ExampleApp]:
    """The application that the module names in `EXAMPLE`."""
    name: str = request.module.EXAMPLE
    with running_example(name, tmp_path_factory.mktemp(name), ferretdb, redis) as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def people(playwright: Playwright, app: ExampleApp) -> Iterator[Visitors]:
    """Visitors of the application, whose pages complain of nothing."""
    with visitors(playwright, app.url, app.addresses) as opened:
        yield opened
