"""The dashboard of the running system, in a real Chromium: somebody's first minutes, and what
`kubectl` does as an open page shows it."""

import re
import time
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, Playwright, expect

from backpack_dev.source import ROOT
from backpack_dev.system import RunningSystem
from support.backpacks import unique
from support.cluster_admins import Invited, backpacks_of, invited
from support.dashboard_browser import playwright
from support.example_browser import Visitors, visitors
from support.kubectl import Kubectl, backpack
from support.person import Person

__all__ = ["playwright"]

PASSWORD = "correct horse battery"
TOUR_SECONDS = 120
SITE = ROOT / "examples" / "todo" / "site"
LOOKS: tuple[tuple[Literal["dark", "light"], int], ...] = (("dark", 360), ("light", 1280))
WITHIN = 60_000
"""Milliseconds; a busy machine is slow."""
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def ada(kubectl: Kubectl) -> Iterator[Invited]:
    """A developer who hasn't signed in yet."""
    with invited(kubectl, "developer") as account:
        yield account


@pytest.fixture
def people(playwright: Playwright, system: RunningSystem) -> Iterator[Visitors]:
    """They start at the dashboard, with a browser that complains of every error."""
    with visitors(playwright, f"http://admin.{system.domain}:{system.http_port}") as result:
        yield result


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Backpacks", exact=True)).to_be_visible(timeout=WITHIN)


def test_a_first_tour_ends_with_a_hosted_page_that_people_sign_up_on(
    people: Visitors, ada: Invited, kubectl: Kubectl
) -> None:
    """At a person's pace, from the sign-in."""
    shop = unique("tour")
    accept(people.open(), ada.link)
    page = people.open()
    person, began = Person(page), time.monotonic()

    person.fill(page.get_by_label("E-mail address"), ada.email)
    person.fill(page.get_by_label("Password"), PASSWORD)
    person.click(page.get_by_role("button", name="Sign in"))
    person.click(page.get_by_role("link", name="New backpack").first)
    person.fill(page.get_by_label("Name"), shop)
    expect(page.locator("#name-check")).to_contain_text(f"{shop}.", timeout=WITHIN)
    person.fill(page.get_by_label("Title"), "Flowers")
    person.click(page.get_by_role("button", name="Create"))
    expect(page.locator("#backpack-progress")).to_contain_text("Use it", timeout=WITHIN)
    snippet = page.locator("#backpack-progress pre").inner_text()
    people.look(page, "tour-ready")
    person.click(page.get_by_role("link", name="Site", exact=True))
    person.choose(page.get_by_label("Choose a folder"), SITE)
    expect(page.locator("[data-upload-says]")).to_contain_text("It is online", timeout=WITHIN)
    people.look(page, "tour-site")
    with page.expect_popup() as opened:
        person.click(page.get_by_role("link", name="Open the site"))
    site = opened.value
    people.listen(site)
    visitor = Person(site)
    visitor.click(site.get_by_role("button", name="Create an account"))
    visitor.fill(site.get_by_label("E-mail"), "grace@example.com")
    visitor.fill(site.get_by_label("Password"), PASSWORD)
    visitor.click(site.locator("#account-submit"))
    expect(site.get_by_text("grace@example.com")).to_be_visible(timeout=WITHIN)
    seconds = time.monotonic() - began
    print(f"from the sign-in to a hosted page with its first account: {seconds:.0f} s")
    assert seconds < TOUR_SECONDS

    look_into_every_tab(people, page)
    run_in_a_page(people.open(), site.url, snippet)
    delete(page, shop)
    assert all(one["metadata"]["name"] != shop for one in backpacks_of(kubectl, ada.name))


def run_in_a_page(page: Page, url: str, snippet: str) -> None:
    """What the dashboard offers to copy works on a new backpack as it stands there."""
    page.route("**/snippet.js", lambda route: route.fulfill(content_type="text/javascript", body=snippet))
    page.goto(urljoin(url, "/__backpack/init.json"))
    assert page.evaluate("() => import('/snippet.js').then(() => 'ran')") == "ran"


def look_into_every_tab(people: Visitors, page: Page) -> None:
    page.bring_to_front()
    tabs = page.get_by_role("navigation").filter(has=page.get_by_role("link", name="Settings"))
    for title in tabs.get_by_role("link").all_inner_texts():
        tabs.get_by_role("link", name=title, exact=True).click()
        expect(tabs.get_by_role("link", name=title, exact=True)).to_have_attribute("aria-current", "page")
        expect(page.locator(".spinner:visible")).to_have_count(0, timeout=WITHIN)
        expect(page.get_by_role("alert")).to_have_count(0)
        for colours, width in LOOKS:
            page.emulate_media(color_scheme=colours)
            page.set_viewport_size({"width": width, "height": 800})
            people.look(page, f"tour-{title.lower()}-{colours}-{width}")


def delete(page: Page, name: str) -> None:
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("button", name="Delete this backpack").click()
    page.get_by_label("Name of the backpack").fill(name)
    page.get_by_role("button", name="Delete it").click()
    gone = page.get_by_role("heading", name=re.compile("is gone$|^Backpacks$"))
    expect(gone.first).to_be_visible(timeout=WITHIN)


def test_what_kubectl_applies_and_deletes_is_on_the_page_at_once(
    people: Visitors, ada: Invited, namespace: Kubectl
) -> None:
    page = people.open()
    accept(page, ada.link)
    shop = unique("applied")
    row = page.get_by_role("link", name=shop)

    namespace.apply(backpack(shop, admins=[ada.name], suspend=True))
    since = time.monotonic()
    expect(row).to_be_visible(timeout=WITHIN)
    appeared = time.monotonic() - since
    namespace.run("delete", "backpack", shop, "--wait=true", timeout=60)
    since = time.monotonic()
    expect(row).to_have_count(0, timeout=WITHIN)
    disappeared = time.monotonic() - since
    print(f"on the page after {appeared:.2f} s, gone after {disappeared:.2f} s")
    assert max(appeared, disappeared) < 2
