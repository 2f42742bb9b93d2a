"""The SDK that a site's host hands to its pages, in a real browser, on a real site and API. What the SDK can
do is in `tests/sdk`; here is how pages get it, and that it needs no configuration."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from support.admin_client import AdminSigner
from support.browser import CHROMIUM, open_page
from support.core_api import API_ORIGIN, GOOD_PASSWORD, SITE_ORIGIN, CoreApi, new_email
from support.site_front import running_front, shared_files
from support.site_origin import SiteOrigin
from support.sites import uploader

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        shutil.which("nginx") is None or not Path(CHROMIUM).exists(),
        reason="nginx or Chromium is not installed: on Debian, apt-get install nginx-light chromium",
    ),
]

GUIDE = Path(__file__).parents[3] / "docs" / "api" / "sites.md"
CLASSIC = """<!doctype html><script src="/__backpack/sdk.classic.js"></script>
<script>window.client = backpack.createClient();</script>"""
MODULE = """<!doctype html><script type="module">
import { createClient, createSdk, BackpackError } from "/__backpack/sdk.js";
window.client = createClient();
window.isError = (error) => error instanceof BackpackError;
</script>"""


@pytest.fixture
def page(start_site_api: Callable[..., CoreApi], signer: AdminSigner, tmp_path: Path) -> Iterator[Page]:
    """A browser on a site of three pages, whose API asks for the publishable key."""
    api = start_site_api({"require_key": True}, BACKPACK_PUBLISHABLE_KEY="pk_of_the_tests")
    (guide,) = re.findall(r"```html\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    pages = {"classic.html": CLASSIC, "module.html": MODULE, "guide.html": f"<!doctype html>{guide}"}
    uploaded = uploader(api, signer)(pages)
    assert uploaded.status_code == 201
    address = urlsplit(api.public)
    origin = SiteOrigin(host=str(address.hostname), port=int(address.port or 0))
    with (
        shared_files() as share,
        running_front(share, tmp_path / "nginx.log", origin, {}) as front,
        sync_playwright() as playwright,
        open_page(
            playwright,
            addresses={
                urlsplit(SITE_ORIGIN).netloc: urlsplit(front.url).netloc,
                urlsplit(API_ORIGIN).netloc: address.netloc,
            },
        ) as page,
    ):
        yield page


def run(page: Page, script: str, argument: Any = None) -> Any:
    return page.evaluate(f"async (given) => {{ {script} }}", argument)


def sign_up(page: Page, name: str, email: str) -> None:
    """Load a page, and sign up there; make a collection `tasks`."""
    page.goto(f"{SITE_ORIGIN}/{name}.html")
    page.wait_for_function("typeof client === 'object'")
    account = {"email": email, "password": GOOD_PASSWORD}
    run(
        page,
        "await client.auth.register(given.email, given.password);"
        "await client.auth.login(given.email, given.password);"
        "await client.db.createCollection('tasks');",
        account,
    )


@pytest.mark.parametrize("name", ["module", "classic"])
def test_a_page_needs_no_configuration(page: Page, name: str) -> None:
    sign_up(page, name, new_email())
    run(page, "window.heard = []; window.tasks = client.db.collection('tasks');")
    run(page, "await tasks.subscribe((event) => heard.push(event.doc.title))")
    created = run(page, "return await tasks.create({title: 'Pack'})")
    page.wait_for_function("heard.length === 1")
    file = run(page, "return await client.storage.upload(new File(['hello'], 'a.txt'), {public: false})")
    shown = "const answer = await fetch(await client.storage.url(given), {credentials: 'include'});"
    assert run(page, f"{shown} return await answer.text()", file["id"]) == "hello"
    page.reload()
    page.wait_for_function("typeof client === 'object'")
    assert run(page, "return (await client.auth.me()).id") == created["ownerId"]
    # The session is the cookie's, which no script can read.
    assert page.evaluate("[document.cookie, client.auth.token, localStorage.length]") == ["", None, 0]


def test_errors_are_the_sdk_s_own(page: Page) -> None:
    sign_up(page, "module", new_email())
    run(page, "window.caught = await client.db.collection('none').list().catch((error) => error)")
    seen = page.evaluate("[isError(caught), caught.status, caught.type]")
    assert seen == [True, 404, "/problems/not-found"]


def test_the_guide_s_page_works(page: Page) -> None:
    sign_up(page, "classic", "ada@example.com")
    run(page, "await client.auth.logout()")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with page.expect_console_message(lambda message: message.text.startswith("create")):
        page.goto(f"{SITE_ORIGIN}/guide.html")
    assert wrong == []
