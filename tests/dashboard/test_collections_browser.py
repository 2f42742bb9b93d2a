"""The collections of a backpack in a real Chromium: made, filled, edited by two, live; nothing
that a document holds runs."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from support.browser import open_page
from support.dashboard_browser import WITHIN, examine_here, page, playwright, sign_in
from support.dashboard_inside import Inside

__all__ = ["page", "playwright"]

HOSTILE = '"><script>ran = 1</script><img src=x onerror="ran = 2">'
KEPT = os.environ.get("BACKPACK_SCREENSHOTS")
"""A folder for pictures of every screen, to be looked at."""


def write(page: Page, text: str) -> None:
    """Into the editor, in the place of what is there."""
    # Not by its role: until the script has put the editor in its place, that is the text field.
    page.locator('.cm-content[aria-label="Document"]').click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def keep(page: Page, name: str) -> None:
    """A picture, once what measures itself has done so."""
    if KEPT:
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.screenshot(path=Path(KEPT) / f"{name}.png", full_page=True)


def test_from_a_new_collection_to_a_conflict(inside: Inside, page: Page) -> None:
    sign_in(page, inside.ada)
    page.goto(f"{inside.dashboard.url}{inside.path}/collections")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("notes")
    page.get_by_role("button", name="Create the collection").click()
    expect(page.get_by_role("heading", name="No documents yet")).to_be_visible(timeout=WITHIN)

    # What others write appears by itself.
    made = inside.call("docs.create", collection="notes", data={"title": "Pack", "done": False})
    row = page.locator(f"#doc-{made['id']}")
    expect(row).to_contain_text("Pack", timeout=WITHIN)
    inside.call("docs.patch", collection="notes", docId=made["id"], data={"title": "Eat"})
    expect(row).to_contain_text("Eat", timeout=WITHIN)
    expect(row.locator(".mark")).to_have_text("changed")

    # The editor says where something is wrong, and keeps what was typed.
    row.get_by_role("link").click()
    write(page, '{\n  "title": "Cook",\n  "done": tru\n}')
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fault")).to_contain_text("Line 3", timeout=WITHIN)
    write(page, '{"title": "Cook", "done": false}')

    # Somebody else is quicker, with another field.
    inside.call("docs.patch", collection="notes", docId=made["id"], data={"done": True})
    expect(page.locator("#document-news")).to_contain_text("has written version 3", timeout=WITHIN)
    page.keyboard.press("ControlOrMeta+s")
    expect(page.get_by_role("heading", name="Somebody was quicker")).to_be_visible(timeout=WITHIN)
    page.get_by_role("button", name="Put both into the editor").click()
    expect(page.get_by_text("These are the changes of both")).to_be_visible(timeout=WITHIN)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("version 4", timeout=WITHIN)
    now = inside.call("docs.get", collection="notes", docId=made["id"])
    assert (now["title"], now["done"]) == ("Cook", True)

    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="No documents yet")).to_be_visible(timeout=WITHIN)


def test_a_filter_that_is_wrong_is_told_where_it_stands(inside: Inside, page: Page) -> None:
    name = inside.collection({"title": "Pack"}, {"title": "Cook"})
    sign_in(page, inside.ada)
    page.goto(f"{inside.dashboard.url}{inside.path}/collections/{name}")
    page.get_by_label("Filter").fill('{"title": {"$like": "P"}}')
    page.get_by_label("Filter").press("Enter")
    expect(page.locator("#filter-says")).to_contain_text("$like", timeout=WITHIN)

    page.get_by_label("Filter").fill('{"title": "Cook"}')
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#document-rows tr")).to_have_count(1, timeout=WITHIN)
    expect(page.locator("#live-state")).to_contain_text("Live")


def test_nothing_that_a_document_holds_runs(inside: Inside, page: Page) -> None:
    name = inside.collection({HOSTILE: HOSTILE, "nested": {HOSTILE: [HOSTILE]}})
    sign_in(page, inside.ada)
    place = f"{inside.dashboard.url}{inside.path}/collections/{name}"
    page.goto(place)
    expect(page.locator("#document-rows")).to_contain_text("onerror", timeout=WITHIN)
    made = inside.call("docs.create", collection=name, data={HOSTILE: HOSTILE})
    expect(page.locator(f"#doc-{made['id']}")).to_contain_text("onerror", timeout=WITHIN)
    assert page.locator("#documents script, #documents img").count() == 0

    page.locator(f"#doc-{made['id']}").get_by_role("link").click()
    expect(page.get_by_role("textbox", name="Document")).to_contain_text("onerror", timeout=WITHIN)
    inside.call("docs.patch", collection=name, docId=made["id"], data={HOSTILE: {HOSTILE: 1}})
    write(page, '{"a": 1}')
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".conflict")).to_contain_text("onerror", timeout=WITHIN)
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    ("colours", "width"), [pytest.param("light", 1280, marks=pytest.mark.long), ("dark", 360)]
)
def test_its_screens_are_accessible_and_fit(
    playwright: Playwright, inside: Inside, colours: str, width: int
) -> None:
    name = inside.collection(
        *(
            {"title": f"Task {n}", "done": n % 2 == 0, "due": {"day": n}, "n": n, "note": None}
            for n in range(3)
        ),
        indexes=[{"keys": ["title", "-due.day"], "unique": True}],
        schema={"type": "object", "required": ["title"]},
    )
    document = inside.call("docs.list", collection=name)["items"][0]
    screens = {
        "collections": ("/collections", f'a[href$="/{name}"]'),
        "documents": (f"/collections/{name}", "#document-rows"),
        "empty": (f"/collections/{name}?filter=%7B%22n%22:-1%7D", "text=No document matches"),
        "wrong": (f"/collections/{name}?filter=%7B", "#filter-says .fault"),
        "definition": (f"/collections/{name}/definition", ".cm-editor"),
        "declared": ("/collections/declared/definition", "text=managed by the resource"),
        "new": (f"/collections/{name}/new", ".cm-editor"),
        "document": (f"/collections/{name}/documents/{document['id']}", ".cm-editor"),
    }
    with open_page(playwright, colours=colours, width=width) as page:
        sign_in(page, inside.ada)
        for screen, (path, there) in screens.items():
            page.goto(f"{inside.dashboard.url}{inside.path}{path}")
            expect(page.locator(there).first).to_be_visible(timeout=WITHIN)
            keep(page, f"{screen}-{colours}-{width}")
            examine_here(page)
        write(page, '{"title": "Mine"}')
        inside.call("docs.patch", collection=name, docId=document["id"], data={"title": "Theirs"})
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".conflict")).to_be_visible(timeout=WITHIN)
        keep(page, f"conflict-{colours}-{width}")
        examine_here(page)
