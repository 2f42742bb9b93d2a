"""The machine's own Chromium, driven by Playwright."""

from collections.abc import Iterator, Mapping
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
def open_page(
    playwright: Playwright,
    *,
    colours: str = "light",
    width: int = 1280,
    addresses: Mapping[str, str] | None = None,
) -> Iterator[Page]:
    """A page of a browser with a fresh profile; `colours` is `light` or `dark`; `addresses`
    says where the browser finds a `host:port`, for what has no name of its own here."""
    rules = ",".join(f"MAP {name} {address}" for name, address in (addresses or {}).items())
    found = [f"--host-resolver-rules={rules}"] if rules else []
    scheme: Literal["light", "dark"] = "dark" if colours == "dark" else "light"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *found])
    try:
        yield browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    finally:
        browser.close()
