"""The SDK in pages of a backpack's site: cookies, tabs, and browsers that block."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from support.browser import CHROMIUM, QUIET
from support.core_api import API_ORIGIN, GOOD_PASSWORD, SITE_ORIGIN, CoreApi, new_email
from support.sdk_world import Control

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="Chromium is not installed: on Debian, apt-get install chromium"
    ),
]

PAGE = b"""<!doctype html><script src="/__backpack/sdk.classic.js"></script>"""
BLOCK_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}
"""What Chromium's own settings write down; scripts are then denied every storage too."""

Browse = Callable[..., BrowserContext]


@pytest.fixture
def browse(sdk_api: CoreApi, control: Control, dist: Path, tmp_path: Path) -> Iterator[Browse]:
    """A browser that finds the backpack's site and API by their names. `api`: the API's URL that the site
    tells; `preferences`: the browser's own."""
    with sync_playwright() as playwright:
        opened: list[BrowserContext] = []

        def open_browser(
            *, api: str = API_ORIGIN, preferences: dict[str, Any] | None = None
        ) -> BrowserContext:
            init = {"apiUrl": api, "key": None, "version": "0.1.0"}
            control.pages |= {
                "/": ("text/html", PAGE),
                "/__backpack/sdk.classic.js": ("text/javascript", (dist / "backpack.js").read_bytes()),
                "/__backpack/init.json": ("application/json", json.dumps(init).encode()),
            }
            profile = tmp_path / f"profile-{len(opened)}"
            (profile / "Default").mkdir(parents=True)
            (profile / "Default" / "Preferences").write_text(json.dumps(preferences or {}))
            names = {
                urlsplit(SITE_ORIGIN).netloc: control.host,
                urlsplit(API_ORIGIN).netloc: urlsplit(sdk_api.public).netloc,
            }
            rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, args=[*QUIET, f"--host-resolver-rules={rules}"]
            )
            opened.append(context)
            return context

        yield open_browser
        for context in opened:
            context.close()


@pytest.fixture
def account(sdk_api: CoreApi) -> dict[str, str]:
    """A registered one."""
    account = {"email": new_email(), "password": GOOD_PASSWORD}
    with sdk_api.client() as client:
        assert client.post("/auth/register", json=account).status_code == 201
    return account


def run(page: Page, script: str, argument: Any = None) -> Any:
    return page.evaluate(f"async (given) => {{ {script} }}", argument)


def tab(context: BrowserContext, options: str = "{}") -> Page:
    """A new page with `client`, and `changes`, what it is told of who is signed in."""
    page = context.new_page()
    page.goto(f"{SITE_ORIGIN}/")
    run(
        page,
        f"window.client = backpack.createClient({options}); window.changes = [];"
        "client.auth.onChange(({reason, user, error}) => changes.push([reason, user?.id, error?.status]));"
        "await client.settings();",
    )
    return page


def log_in(page: Page, account: dict[str, str]) -> str:
    """The user's id."""
    user: str = run(page, "return (await client.auth.login(given.email, given.password)).id", account)
    return user


def test_tabs_know_of_each_other(browse: Browse, account: dict[str, str]) -> None:
    context = browse()
    first, second = tab(context), tab(context)
    user = log_in(first, account)
    second.wait_for_function("changes.length === 1")
    assert second.evaluate("changes") == [["login", user, None]]
    run(first, "window.tasks = `tabs-${Date.now()}`; await client.db.createCollection(tasks)")
    name = first.evaluate("tasks")
    for page in (first, second):
        run(
            page,
            "window.heard = [];"
            "await client.db.collection(given).subscribe((event) => heard.push(event.doc?.n ?? event.type))",
            name,
        )
    run(first, "await client.db.collection(given).create({n: 1})", name)
    run(second, "await client.db.collection(given).create({n: 2})", name)
    for page in (first, second):
        page.wait_for_function("heard.length === 2")
        assert page.evaluate("heard") == [1, 2]

    run(first, "await client.auth.logout()")
    second.wait_for_function("changes.length === 2")
    for page in (first, second):
        page.wait_for_function("heard.length === 3")
        assert page.evaluate("[heard[2], client.auth.user]") == ["end", None]
    # The closed socket and the other tab tell of it at the same time: which one is first is chance.
    assert second.evaluate("changes.slice(1)") in ([["logout", None, None]], [["ended", None, 401]])
    assert first.evaluate("changes") == [["login", user, None], ["logout", None, None]]


def test_tabs_share_a_token(browse: Browse, account: dict[str, str]) -> None:
    context = browse()
    first, second = (tab(context, "{session: 'token'}") for _ in range(2))
    user = log_in(first, account)
    second.wait_for_function("changes.length === 1")
    assert run(second, "return (await client.auth.sessions()).length") == 1
    assert context.cookies() == []
    later = tab(context, "{session: 'token'}")
    assert run(later, "return (await client.auth.me()).id") == user
    run(later, "await client.auth.logout()")
    first.wait_for_function("changes.length === 2")
    assert first.evaluate("[client.auth.token, localStorage.length]") == [None, 0]


def works(page: Page, user: str) -> None:
    """Calls, sockets and files are this user's."""
    assert run(page, "return (await client.auth.me()).id") == user
    run(page, "await client.realtime.ping()")
    file = run(page, "return await client.storage.upload(new File(['hello'], 'a.txt'))")
    assert run(page, "return await (await client.storage.download(given)).text()", file["id"]) == "hello"


def test_a_cookie_keeps_the_session_where_it_can(browse: Browse, account: dict[str, str]) -> None:
    page = tab(browse())
    user = log_in(page, account)
    works(page, user)
    assert page.evaluate("[client.auth.token, localStorage.length, document.cookie]") == [None, 0, ""]


def test_a_browser_that_blocks_cookies_gets_a_token(browse: Browse, account: dict[str, str]) -> None:
    page = tab(browse(preferences=BLOCK_COOKIES))
    denied = "try { localStorage.length; return false } catch { return true }"
    assert run(page, denied)
    user = log_in(page, account)
    works(page, user)
    assert page.evaluate("client.auth.token") is not None
    run(page, "await client.auth.logout()")
    assert run(page, "return [await client.auth.me(), client.auth.token]") == [None, None]


def test_a_page_of_another_site_gets_a_token_that_outlives_it(
    browse: Browse, sdk_api: CoreApi, account: dict[str, str]
) -> None:
    page = tab(browse(api=sdk_api.public))
    user = log_in(page, account)
    works(page, user)
    later = tab(page.context)
    works(later, user)
