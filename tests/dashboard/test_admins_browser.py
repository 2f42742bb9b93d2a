"""Owners administer accounts, in a real Chromium."""

from playwright.sync_api import Page, expect

from support.dashboard import Dashboard, Visitor
from support.dashboard_browser import WITHIN, accessible, page, playwright, sign_in

__all__ = ["page", "playwright"]


def test_somebody_is_invited_promoted_and_deleted(page: Page, dashboard: Dashboard, owner: Visitor) -> None:
    sign_in(page, owner)
    page.goto(f"{dashboard.url}/admins")
    for email, name in (("ursula@example.com", "ursula"), ("vera@example.com", "vera")):
        # The second time it is a form again, and not the first one's link.
        page.get_by_role("button", name="Invite").click()
        page.get_by_label("E-mail address", exact=True).fill(email)
        page.get_by_label("User name", exact=True).fill(name)
        page.get_by_role("button", name="Make the invitation").click()
        expect(page.locator("#invite .copyable")).to_contain_text(f"/invitation#{name}.", timeout=WITHIN)
        page.get_by_role("button", name="Done").click()

    page.get_by_role("button", name="Manage ursula").click(timeout=WITHIN)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Signed in nowhere", timeout=WITHIN)
    accessible(page, "an account")
    dialog.get_by_label("Role").select_option("owner")
    dialog.get_by_role("button", name="Change the role").click()
    expect(page.locator("#admin-ursula")).to_contain_text("owner", timeout=WITHIN)
    dialog.get_by_role("button", name="Disable").click()
    expect(page.locator("#admin-ursula")).to_contain_text("Disabled", timeout=WITHIN)
    dialog.get_by_label("User name of the account").fill("ursula")
    dialog.get_by_role("button", name="Delete the account").click()

    expect(dialog).not_to_be_visible(timeout=WITHIN)
    expect(page.locator("#admin-ursula")).to_have_count(0, timeout=WITHIN)
    expect(page.locator("#admin-vera")).to_be_visible()
