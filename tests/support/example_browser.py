"""Visitors of an example application: browsers that complain of every error of its pages."""

import base64
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

from support.axe import accessible, fits
from support.browser import CHROMIUM, QUIET

WITHIN = 20_000
"""Milliseconds; a busy machine is slow."""
PASSWORD = "correct horse battery"
PICTURES = Path(__file__).parents[2] / "build" / "pictures"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""
MARKS = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        shutil.which("nginx") is None or not Path(CHROMIUM).exists(),
        reason="nginx or Chromium is not installed: on Debian, apt-get install nginx-light chromium",
    ),
]
OF_THE_NETWORK = ("net::ERR_", "status of 502", "WebSocket connection")
"""What a browser writes by itself when the network is cut, whatever the page makes of it."""


@dataclass
class Visitors:
    """People with a browser each, all of one machine."""

    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    cut: bool = False
    """Whether the network is cut on purpose."""
    refusals: set[int] = field(default_factory=set)
    """Answers of the API that a test is about: the browser writes of each."""

    def open(self, *, colours: str = "light", width: int = 1280) -> Page:
        """A page of a new profile, at the site."""
        context = self.browser.new_context(
            color_scheme="dark" if colours == "dark" else "light",
            viewport={"width": width, "height": 800},
            # What is still moving may be too pale to read: that is no complaint.
            reduced_motion="reduce",
        )
        context.set_default_timeout(WITHIN)
        page = context.new_page()
        self.listen(page)
        page.goto(self.url)
        return page

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def offline(self, page: Page, cut: bool) -> None:
        """Cut the network of the page's browser, or mend it."""
        self.cut = self.cut or cut
        page.context.set_offline(cut)

    def look(self, page: Page, name: str) -> None:
        """The page is accessible, and fits. A picture of it is kept, for people to look at."""
        fits(page, name)
        accessible(page, name)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        expected = (*(OF_THE_NETWORK if self.cut else ()), *(f"status of {code}" for code in self.refusals))
        if message.type == "error" and not any(words in message.text for words in expected):
            self.complaints.append(message.text)


@contextmanager
def visitors(
    playwright: Playwright, url: str, addresses: Mapping[str, str] | None = None
) -> Iterator[Visitors]:
    """`addresses`: where the browser finds a `host:port`, for what has no name of its own here."""
    rules = ",".join(f"MAP {name} {address}" for name, address in (addresses or {}).items())
    found = [f"--host-resolver-rules={rules}"] if rules else []
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *found])
    try:
        people = Visitors(url, browser)
        yield people
    finally:
        browser.close()
    assert not people.complaints, people.complaints


def sign_up(page: Page, name: str) -> str:
    """Create an account, by the form that the examples share; its e-mail address."""
    email = f"{name.lower()}-{secrets.token_hex(4)}@example.com"
    page.get_by_role("button", name="Create an account").click()
    if page.get_by_label("Your name").is_visible():
        page.get_by_label("Your name").fill(name)
    fill(page, email, PASSWORD)
    page.locator("#account-submit").click()
    expect(page.locator("#email")).to_have_text(email, timeout=WITHIN)
    return email


def sign_in(page: Page, email: str) -> None:
    fill(page, email, PASSWORD)
    page.locator("#account-submit").click()
    expect(page.locator("#email")).to_have_text(email, timeout=WITHIN)


def fill(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
