"""The script that pages of a site use, in a real browser, on a real site and API."""

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
CLASSIC = "<!doctype html><script src='/__backpack/sdk.classic.js'></script>"
MODULE = """<!doctype html><script type="module">
import { createClient, BackpackError } from "/__backpack/sdk.js";
window.client = createClient();
window.isError = (error) => error instanceof BackpackError;
</script>"""


@pytest.fixture
def page(start_site_api: Callable[..., CoreApi], signer: AdminSigner, tmp_path: Path) -> Iterator[Page]:
    """A browser on a site of two pages, whose API asks for the publishable key."""
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


def test_a_page_signs_up_and_keeps_documents_and_files(page: Page) -> None:
    page.goto(f"{SITE_ORIGIN}/module.html")
    email = new_email()
    account = {"email": email, "password": GOOD_PASSWORD}
    assert run(page, "return await client.auth.me()") is None
    user = run(page, "return await client.auth.register(given.email, given.password, {name: 'Ada'})", account)
    assert (user["email"], user["profile"]) == (email, {"name": "Ada"})
    assert run(page, "return await client.auth.login(given.email, given.password)", account) == user
    page.reload()
    assert run(page, "return await client.auth.me()") == user
    assert page.evaluate("document.cookie") == ""

    run(page, "window.tasks = client.db.collection('tasks')")
    missing = run(
        page,
        "try { await tasks.list() } catch (e) { return [isError(e), e.status, e.type, e.message] }",
    )
    assert missing[:3] == [True, 404, "/problems/not-found"]
    assert "tasks" in missing[3]
    made = run(
        page,
        "const {apiUrl, key} = await client.settings();"
        "return (await fetch(apiUrl + '/collections', {method: 'POST', credentials: 'include',"
        " headers: {'X-Backpack-Key': key}, body: '{\"name\": \"tasks\"}'})).status",
    )
    assert made == 201
    first = run(page, "return await tasks.create({title: 'Pack', done: false})")
    assert (first["title"], first["ownerId"], first["version"]) == ("Pack", user["id"], 1)
    assert run(page, "return await tasks.get(given)", first["id"]) == first
    changed = run(page, "return await tasks.patch(given.id, {done: true}, given)", first)
    assert (changed["done"], changed["version"]) == (True, 2)
    late = run(page, "try { await tasks.replace(given.id, {}, given) } catch (e) { return e.status }", first)
    assert late == 412
    run(page, "await tasks.create([{title: 'A'}, {title: 'B'}])")
    listed = run(page, "return await tasks.list({filter: {done: {$ne: true}}, sort: ['-title'], limit: 5})")
    assert [item["title"] for item in listed["items"]] == ["B", "A"]
    assert run(page, "return await tasks.delete(given)", first["id"]) == changed

    file = run(
        page,
        "const file = new File(['hello'], 'a.txt', {type: 'text/plain'});"
        "return await client.storage.upload(file, {bucket: 'b'})",
    )
    assert (file["filename"], file["size"], file["bucket"]) == ("a.txt", 5, "b")
    assert run(page, "return (await client.storage.list({bucket: 'b'})).items") == [file]
    text = "const answer = await fetch(await client.storage.url(given), {credentials: 'include'});"
    assert run(page, f"{text} return await answer.text()", file["id"]) == "hello"
    assert run(page, "return await client.storage.delete(given)", file["id"]) is None

    assert run(page, "return await client.auth.logout()") is None
    assert run(page, "return await client.auth.me()") is None


SIGN_UP = """
  window.client = backpack.createClient();
  await client.auth.register(given.email, given.password);
  await client.auth.login(given.email, given.password);
  const {apiUrl, key} = await client.settings();
  await fetch(`${apiUrl}/collections`, {
    method: "POST", credentials: "include", headers: {"X-Backpack-Key": key}, body: '{"name": "tasks"}',
  });
  window.heard = [];
  window.tasks = client.db.collection("tasks");
"""


def sign_up(page: Page, email: str) -> None:
    """In a classic page: `client`, signed in, and `tasks`."""
    page.goto(f"{SITE_ORIGIN}/classic.html")
    run(page, SIGN_UP, {"email": email, "password": GOOD_PASSWORD})


def test_the_guide_s_page_works(page: Page) -> None:
    sign_up(page, "ada@example.com")
    run(page, "await client.auth.logout()")
    told: list[str] = []
    wrong: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with page.expect_console_message(lambda message: message.text.startswith("create")):
        page.goto(f"{SITE_ORIGIN}/guide.html")
    assert wrong == []


def test_a_classic_page_hears_of_changes(page: Page) -> None:
    sign_up(page, new_email())
    run(
        page,
        "window.stop = await tasks.subscribe({filter: {done: false}}, (event) => heard.push(event));",
    )
    run(
        page,
        "window.made = await tasks.create({title: 'Pack', done: false});"
        "await tasks.patch(made.id, {title: 'P'})",
    )
    page.wait_for_function("heard.length === 2")
    created, updated = page.evaluate("heard")
    assert (created["type"], created["doc"]["title"]) == ("create", "Pack")
    assert (updated["type"], updated["doc"]["title"], updated["doc"]["version"]) == ("update", "P", 2)
    run(page, "await tasks.patch(made.id, {done: true})")
    page.wait_for_function("heard.length === 3")
    assert page.evaluate("[heard[2].type, heard[2].doc]") == ["delete", {"id": created["doc"]["id"]}]
    run(page, "await stop(); await tasks.create({done: false}); await client.realtime.request('ping')")
    assert page.evaluate("heard.length") == 3
    refused = run(
        page, "try { await client.realtime.request('nonsense') } catch (e) { return [e.name, e.status] }"
    )
    assert refused[0] == "BackpackError"
    assert refused[1] in (400, 404, 422)


def test_a_lost_connection_is_opened_again_and_misses_nothing(page: Page) -> None:
    page.add_init_script(
        "window.sockets = []; const Real = WebSocket;"
        "WebSocket = class extends Real { constructor(...given) { super(...given); sockets.push(this); } };"
    )
    sign_up(page, new_email())
    run(
        page,
        "await tasks.subscribe({}, (event) => heard.push(event));await tasks.create({number: 0});",
    )
    page.wait_for_function("heard.length === 1")
    run(page, "sockets[0].close(); for (let number = 1; number < 4; number++) await tasks.create({number})")
    page.wait_for_function("heard.length === 4")
    assert page.evaluate("heard.map((event) => event.doc.number)") == [0, 1, 2, 3]
    assert page.evaluate("sockets.length") == 2
