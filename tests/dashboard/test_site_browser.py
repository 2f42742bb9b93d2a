"""A site is deployed in a real Chromium: a folder is chosen, a ZIP is dropped."""

from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from support.dashboard_browser import WITHIN, page, playwright, sign_in
from support.dashboard_inside import Inside
from support.site_zips import site_zip

__all__ = ["page", "playwright"]


def drop(page: Page, path: Path) -> None:
    """Drop a file or a folder where a site may be dropped, as a person's file manager does."""
    place = page.locator(".drop").bounding_box()
    assert place
    where = {"x": place["x"] + place["width"] / 2, "y": place["y"] + 30}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    debugger = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        debugger.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})
    debugger.detach()


def test_a_folder_and_a_zip_are_deployed(page: Page, inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "index.html").write_text("<h1>From a folder</h1>")
    (folder / "assets" / "<img src=x onerror=alert(1)>.txt").write_text("a hostile name")
    (folder / ".git" / "config").write_text("secret")
    sign_in(page, inside.ada)
    page.goto(f"{inside.ada.dashboard.url}{inside.path}/site")

    page.get_by_label("Choose a folder").set_input_files(folder)
    expect(page.locator("[data-upload-says]")).to_contain_text("It is online", timeout=WITHIN)
    assert "From a folder" in httpx.get(f"{inside.api.public}/site/").text
    first = page.locator("#releases tbody tr").first
    expect(first).to_contain_text("Online", timeout=WITHIN)
    expect(first.locator("td").nth(2)).to_have_text("2")

    (tmp_path / "site.zip").write_bytes(site_zip(index=b"<h1>From a ZIP</h1>"))
    drop(page, tmp_path / "site.zip")
    expect(first.locator("td").nth(2)).to_have_text("1", timeout=WITHIN)
    assert "From a ZIP" in httpx.get(f"{inside.api.public}/site/").text

    page.locator("#releases tbody tr").nth(1).get_by_role("button", name="Bring online").click()
    expect(page.locator("#releases tbody tr").nth(1)).to_contain_text("Online", timeout=WITHIN)
    assert "From a folder" in httpx.get(f"{inside.api.public}/site/").text


def test_what_is_dropped_is_a_site_or_told_why_not(page: Page, inside: Inside, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "out").mkdir(parents=True)
    (project / "out" / "index.html").write_text("<h1>Dropped</h1>")
    sign_in(page, inside.ada)
    page.goto(f"{inside.ada.dashboard.url}{inside.path}/site")

    drop(page, project)
    expect(page.get_by_role("alert")).to_contain_text("out", timeout=WITHIN)
    drop(page, project / "out")
    expect(page.locator("[data-upload-says]")).to_contain_text("It is online", timeout=WITHIN)
    assert "Dropped" in httpx.get(f"{inside.api.public}/site/").text
