"""A browser that looks at the dashboard, and complains of every error in its console.

A test module takes the fixtures by importing them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from support.axe import accessible, fits
from support.browser import open_page
from support.dashboard import PASSWORD, Visitor

WITHIN = 20_000
"""Milliseconds; a busy machine is slow."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    """A page that complains of nothing but an answer that a test is about: what was refused, or
    came too late."""
    said: list[str] = []
    with open_page(playwright) as opened:
        opened.set_default_timeout(WITHIN)
        opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
    told = [line for line in said if "status of 422" not in line and "status of 409" not in line]
    assert not told, told


def sign_in(page: Page, visitor: Visitor) -> None:
    page.goto(f"{visitor.dashboard.url}/sign-in")
    page.get_by_label("E-mail address").fill(visitor.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Backpacks", exact=True)).to_be_visible(timeout=WITHIN)


def examine(page: Page, url: str) -> None:
    """axe-core finds nothing on this page, and nothing is wider than the screen."""
    page.goto(url)
    examine_here(page)


def examine_here(page: Page) -> None:
    fits(page, page.url)
    accessible(page, page.url)
