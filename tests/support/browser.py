"""The machine's own Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Page, Playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def open_page(playwright: Playwright, *, colours: str = "light", width: int = 1280) -> Iterator[Page]:
    """A page of a browser with a fresh profile; `colours` is `light` or `dark`."""
    scheme: Literal["light", "dark"] = "dark" if colours == "dark" else "light"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    try:
        yield browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    finally:
        browser.close()
