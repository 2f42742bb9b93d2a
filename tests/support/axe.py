"""What every page must be: accessible, and no wider than the screen."""

from playwright.sync_api import Page

from backpack_images.browser_files import INSTALLED


def fits(page: Page, place: str) -> None:
    """Nothing is wider than the screen; `place` names the page in the complaint."""
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not too_wide, f"{place} is wider than the screen"


def accessible(page: Page, place: str) -> None:
    """axe-core finds nothing in what is shown now; `place` names it in the complaint."""
    # By the debugger, past the policy that lets only the page's own scripts run.
    page.evaluate((INSTALLED / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("axe.run().then(({violations}) => violations)")
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert told == [], f"{place}: {told}"
