"""The dashboard in a real Chromium: from the set-up link to a new backpack, without a single
error in the console."""

import pytest
from playwright.sync_api import Page, Playwright, expect

from support.browser import open_page
from support.dashboard import PASSWORD, Dashboard, Visitor
from support.dashboard_browser import WITHIN, examine, page, playwright, sign_in

__all__ = ["page", "playwright"]


def test_from_the_set_up_link_to_a_backpack(fresh: Dashboard, page: Page) -> None:
    page.goto(fresh.command("setup-link"))
    expect(page).to_have_url(f"{fresh.url}/setup")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()

    page.get_by_role("link", name="New backpack").click()
    page.get_by_label("Name").press_sequentially("My shop")
    expect(page.locator("#name-check")).to_contain_text("Use lower-case letters", timeout=WITHIN)
    page.get_by_label("Name").fill("flower-shop")
    expect(page.locator("#name-check")).to_contain_text("flower-shop.example.test", timeout=WITHIN)
    page.get_by_label("Title").fill("<i>Flowers</i>")
    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("heading", name="<i>Flowers</i>")).to_be_visible(timeout=WITHIN)
    expect(page.locator("#backpack-progress")).to_contain_text("On its way")


def test_what_kubectl_does_is_seen_at_once(page: Page, dashboard: Dashboard, ada: Visitor) -> None:
    sign_in(page, ada)
    dashboard.cluster.backpack(dashboard.namespace, "elsewhere", displayName="Made elsewhere", admins=["ada"])
    expect(page.get_by_role("link", name="Made elsewhere")).to_be_visible(timeout=WITHIN)

    page.get_by_role("link", name="Made elsewhere").click()
    expect(page.locator("#backpack-pill")).to_contain_text("Waiting")
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/elsewhere"
    dashboard.cluster.api.request("DELETE", path)
    expect(page.get_by_role("heading", name="Made elsewhere is gone")).to_be_visible(timeout=WITHIN)


def test_a_session_that_ends_elsewhere_ends_the_page(page: Page, dashboard: Dashboard) -> None:
    carl = dashboard.account("carl")
    sign_in(page, carl)
    changed = carl.post("/account/password", {"current": PASSWORD, "new": PASSWORD})
    assert changed.status_code == 200

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=WITHIN)


@pytest.mark.long
def test_a_session_that_ended_while_the_page_was_cut_off_ends_it_once_it_is_back(
    playwright: Playwright, fresh: Dashboard
) -> None:
    carl = fresh.account("carl")
    # Its console tells of the connections that can't be made meanwhile.
    with open_page(playwright) as page:
        sign_in(page, carl)
        expect(page.locator("#connection")).to_be_hidden()
        fresh.stop()
        path = f"/apis/backpack.dev/v1alpha1/namespaces/{fresh.own}/backpackadmins/carl"
        fresh.cluster.api.merge(path, {"spec": {"disabled": True}})
        expect(page.locator("#connection")).to_be_visible(timeout=WITHIN)
        fresh.start()

        expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=2 * WITHIN)


@pytest.mark.long
def test_a_backpack_that_was_given_away_meanwhile_is_not_there(
    playwright: Playwright, fresh: Dashboard
) -> None:
    dora = fresh.account("dora")
    fresh.cluster.backpack(fresh.namespace, "doras", admins=["dora"])
    with open_page(playwright) as page:
        sign_in(page, dora)
        page.get_by_role("link", name="doras").click()
        expect(page.locator("#backpack-pill")).to_contain_text("Waiting")
        fresh.stop()
        path = f"/apis/backpack.dev/v1alpha1/namespaces/{fresh.namespace}/backpacks/doras"
        fresh.cluster.api.merge(path, {"spec": {"admins": ["eric"]}})
        expect(page.locator("#connection")).to_be_visible(timeout=WITHIN)
        fresh.start()

        expect(page.get_by_text("or it isn't yours")).to_be_visible(timeout=2 * WITHIN)


@pytest.mark.parametrize(
    ("width", "colours"),
    [
        (1280, "light"),
        pytest.param(1280, "dark", marks=pytest.mark.long),
        pytest.param(360, "light", marks=pytest.mark.long),
        (360, "dark"),
    ],
)
def test_every_screen_is_accessible_and_fits(
    playwright: Playwright, dashboard: Dashboard, owner: Visitor, colours: str, width: int
) -> None:
    dashboard.cluster.backpack(dashboard.namespace, f"seen-{colours}-{width}", displayName="Seen")
    place = f"/backpacks/{dashboard.namespace}/seen-{colours}-{width}"
    with open_page(playwright, colours=colours, width=width) as page:
        for path in ("/setup", "/sign-in", "/invitation"):
            examine(page, dashboard.url + path)
        sign_in(page, owner)
        expect(page.locator(f'a[href="{place}"]')).to_be_visible(timeout=WITHIN)
        tabs = [
            f"{place}/{tab}"
            for tab in ("site", "users", "files", "usage", "audit", "archive", "logs", "settings")
        ]
        for path in ("/", "/new", "/account", "/admins", place, *tabs):
            examine(page, dashboard.url + path)
