"""The site of a backpack without a release, as a browser shows it."""

import pytest
from playwright.sync_api import Page, sync_playwright

from support.backpack_client import open_client
from support.backpacks import create_ready, unique
from support.browser import open_page
from support.kubectl import Kubectl, Object


@pytest.fixture(scope="module")
def fresh(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("fresh"))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_browser_shows_the_landing_page(fresh: Object, colours: str, width: int) -> None:
    with sync_playwright() as playwright, open_page(playwright, colours=colours, width=width) as page:
        assert_landing_page(page, fresh["status"]["url"])


def assert_landing_page(page: Page, url: str) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200
    assert page.get_by_role("heading", level=1).is_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not overflow, "the page scrolls sideways"
    assert not problems


def test_the_site_is_revalidated_and_read_only(fresh: Object) -> None:
    with open_client(fresh["status"]["url"]) as client:
        first = client.get("/")
        assert first.status_code == 200
        again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert client.post("/").status_code == 405
