"""What every page must be: accessible, and no wider than the screen."""

from playwright.sync_api import Page

from backpack_images.browser_files import INSTALLED


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing, and nothing is wider than the screen."""
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not too_wide, f"{page.url} is wider than the screen"
    # By the debugger, past a policy that lets only the page's own scripts run.
    page.evaluate((INSTALLED / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("axe.run().then(({violations}) => violations)")
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert told == [], page.url
