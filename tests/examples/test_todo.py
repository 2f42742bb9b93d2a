"""The to-do list of `examples/todo` in a real browser, on a real API."""

import pytest
from playwright.sync_api import Locator, Page, expect

from support.example_browser import MARKS, WITHIN, Visitors, fill, sign_in, sign_up

pytestmark = MARKS

EXAMPLE = "todo"


def add(page: Page, *titles: str) -> None:
    for title in titles:
        page.get_by_label("New task").fill(title)
        page.get_by_role("button", name="Add", exact=True).click()


def rows(page: Page) -> Locator:
    return page.locator("#list li")


def box(page: Page, title: str) -> Locator:
    return page.get_by_role("checkbox", name=title)


def says(page: Page, text: str) -> None:
    expect(page.locator("#sync")).to_have_text(text, timeout=WITHIN)


def test_a_list_is_kept_and_follows_to_another_browser(people: Visitors) -> None:
    desk = people.open()
    email = sign_up(desk, "Ada")
    expect(desk.get_by_text("Nothing to do.")).to_be_visible()
    add(desk, "Pack", "Cook", "<b>Sleep</b>")
    box(desk, "Cook").check()
    says(desk, "Saved")
    expect(desk.locator("#left")).to_have_text("2 of 3 to do")
    desk.reload()
    expect(rows(desk)).to_have_text(["Pack", "Cook", "<b>Sleep</b>"])
    expect(box(desk, "Cook")).to_be_checked()

    phone = people.open(width=360)
    sign_in(phone, email)
    expect(rows(phone)).to_have_count(3, timeout=WITHIN)
    box(phone, "Pack").check()
    expect(box(desk, "Pack")).to_be_checked(timeout=WITHIN)
    desk.get_by_role("button", name="Remove the done ones").click()
    expect(rows(phone)).to_have_text(["<b>Sleep</b>"], timeout=WITHIN)
    phone.get_by_role("button", name="Remove <b>Sleep</b>").click()
    expect(desk.get_by_text("Nothing to do.")).to_be_visible(timeout=WITHIN)


def test_nobody_sees_another_ones_list(people: Visitors) -> None:
    ada = people.open()
    sign_up(ada, "Ada")
    add(ada, "Ada's own")
    says(ada, "Saved")
    ada.get_by_role("button", name="Sign out").click()
    expect(ada.get_by_role("heading", name="Sign in")).to_be_visible()
    assert ada.evaluate("localStorage.length") == 0
    sign_up(ada, "Bob")
    says(ada, "Saved")
    expect(rows(ada)).to_have_count(0)


def test_without_a_network_changes_wait_and_are_sent_once(people: Visitors) -> None:
    page, other = people.open(), people.open()
    email = sign_up(page, "Ada")
    sign_in(other, email)
    add(page, "Before")
    expect(rows(other)).to_have_count(1, timeout=WITHIN)

    people.offline(page, True)
    add(page, "During", "Mistaken")
    box(page, "Before").check()
    box(page, "During").check()
    page.get_by_role("button", name="Remove Mistaken").click()
    says(page, "Offline: 5 changes will be sent later")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert").filter(has_text="sign out when you are online")).to_be_visible(
        timeout=WITHIN
    )
    other.get_by_role("button", name="Remove Before").click()

    people.offline(page, False)
    says(page, "Saved")
    for each in (page, other):
        expect(rows(each)).to_have_text(["During"], timeout=WITHIN)
        expect(box(each, "During")).to_be_checked()


def test_a_page_that_is_opened_without_a_network_has_all_that_was_done_in_it(people: Visitors) -> None:
    page = people.open()
    sign_up(page, "Ada")
    add(page, "Kept")
    says(page, "Saved")
    page.evaluate("navigator.serviceWorker.ready")
    people.offline(page, True)
    add(page, "Written down")
    says(page, "Offline: 1 change will be sent later")
    page.reload()
    expect(rows(page)).to_have_text(["Kept", "Written down"])
    says(page, "Offline: 1 change will be sent later")
    people.offline(page, False)
    says(page, "Saved")
    page.reload()
    expect(rows(page)).to_have_text(["Kept", "Written down"])


def test_a_session_that_ends_elsewhere_ends_the_page_and_loses_no_change(people: Visitors) -> None:
    page, other = people.open(), people.open()
    email = sign_up(page, "Ada")
    says(page, "Saved")
    sign_in(other, email)
    people.offline(page, True)
    add(page, "Unsent")
    says(page, "Offline: 1 change will be sent later")
    other.evaluate(
        """async () => {
          const { createClient } = await import("/__backpack/sdk.js");
          await createClient().auth.logoutAll();
        }"""
    )
    people.refusals.add(401)
    people.offline(page, False)
    expect(page.locator("#account-problem")).to_have_text(
        "Your session has ended: sign in again.", timeout=WITHIN
    )
    sign_in(page, email)
    says(page, "Saved")
    expect(rows(page)).to_have_text(["Unsent"])


def test_what_the_api_refuses_is_said(people: Visitors) -> None:
    page = people.open()
    email = sign_up(page, "Ada")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Create an account").click()
    people.refusals.add(409)
    fill(page, email, "correct horse battery")
    page.locator("#account-submit").click()
    expect(page.locator("#account-problem")).to_contain_text("account", timeout=WITHIN)


@pytest.mark.parametrize(
    ("colours", "width"), [pytest.param("light", 1280, marks=pytest.mark.long), ("dark", 360)]
)
def test_it_is_accessible_and_fits(people: Visitors, colours: str, width: int) -> None:
    page = people.open(colours=colours, width=width)
    people.look(page, f"todo-account-{colours}-{width}")
    sign_up(page, "Ada")
    add(
        page,
        "Water the plants",
        "Write to Grace about the compiler, and ask for the manual " + "x" * 60,
        "Swim",
    )
    box(page, "Swim").check()
    says(page, "Saved")
    people.look(page, f"todo-list-{colours}-{width}")
