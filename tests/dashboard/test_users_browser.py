"""An administrator and a user's account, in a real Chromium."""

from playwright.sync_api import Page, expect

from support.axe import accessible
from support.dashboard_browser import WITHIN, page, playwright, sign_in
from support.dashboard_inside import Inside

__all__ = ["page", "playwright"]


def test_a_user_is_made_looked_at_and_deleted(page: Page, inside: Inside) -> None:
    sign_in(page, inside.ada)
    page.goto(f"{inside.dashboard.url}{inside.path}/users")
    page.get_by_role("button", name="New user").click()
    page.get_by_label("E-mail address", exact=True).fill("tina@example.com")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#new-user .copyable")).to_be_visible(timeout=WITHIN)
    accessible(page, "a new password")
    page.get_by_role("button", name="Done").click()

    # The list has her by itself; a password that isn't taken leaves the dialog open.
    page.get_by_role("button", name="Manage tina@example.com").click(timeout=WITHIN)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Signed in nowhere", timeout=WITHIN)
    accessible(page, "a user")
    dialog.get_by_label("Password").fill("short")
    dialog.get_by_role("button", name="Set the password").click()
    expect(dialog.locator(".fault")).to_be_visible(timeout=WITHIN)
    dialog.get_by_role("button", name="Disable").click()
    expect(dialog.locator(".pill")).to_have_text("Disabled", timeout=WITHIN)

    delete = dialog.get_by_role("button", name="Delete the account")
    expect(delete).to_be_disabled()
    dialog.get_by_label("E-mail address of the account").fill("tina@example.com")
    delete.click()
    expect(dialog).not_to_be_visible(timeout=WITHIN)
    expect(page.locator("#toasts")).to_contain_text("The account is deleted", timeout=WITHIN)
    expect(page.get_by_role("button", name="Manage tina@example.com")).to_have_count(0, timeout=WITHIN)
