"""Somebody who uses a page at a person's pace: looks, moves, types."""

from pathlib import Path

from playwright.sync_api import Locator, Page

LOOKS = 1_000
"""Milliseconds before anything is done."""
PICKS = 3_000
"""Milliseconds in the dialog of files."""
TYPES = 90
"""Milliseconds a character."""


class Person:
    def __init__(self, page: Page) -> None:
        self._page = page

    def click(self, what: Locator) -> None:
        self._look(what)
        what.click()

    def fill(self, what: Locator, text: str) -> None:
        self.click(what)
        what.press_sequentially(text, delay=TYPES)

    def choose(self, what: Locator, path: Path) -> None:
        """A file or folder, in the browser's own dialog."""
        self._look(what, visible=False)
        self._page.wait_for_timeout(PICKS)
        what.set_input_files(path)

    def _look(self, what: Locator, *, visible: bool = True) -> None:
        what.wait_for(state="visible" if visible else "attached")
        self._page.wait_for_timeout(LOOKS)
