"""The JavaScript SDK for tests: runners of cases, in Node, Bun and Deno, and in a browser."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from backpack_devcluster.report import silent
from backpack_images import javascript
from backpack_images.javascript import NODE
from support.browser import open_page
from support.core_api import SITE_ORIGIN
from support.sdk_world import Control, World

Json = dict[str, Any]


def machine_node() -> tuple[str, int] | None:
    """The machine's own Node, beside the one that the project brings, and its major version."""
    found = shutil.which("node", path="/usr/local/bin:/usr/bin:/bin")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    return found, int(version.strip().removeprefix("v").split(".")[0])


NEW_NODE = (str(NODE),)


def bun() -> tuple[str, ...]:
    """Bun's command."""
    return (_packaged("@oven/bun-*/bin/bun"),)


def deno() -> tuple[str, ...]:
    """Deno's command; the runner may do what it likes."""
    return (_packaged("@deno/*/deno"), "run", "--allow-all", "--no-prompt", "--quiet", "--no-remote")


def _packaged(pattern: str) -> str:
    """The program that npm has chosen for this machine."""
    javascript.ensure(silent(), javascript.RUNTIMES)
    (found,) = (javascript.RUNTIMES / "node_modules").glob(pattern)
    return str(found)


class ScriptRunner:
    """`test/play.ts` in one process of a JavaScript runtime, which plays case after case."""

    def __init__(self, script: Path, sdk: Path, log: Path, *, runtime: tuple[str, ...] = NEW_NODE) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [*runtime, str(script), str(sdk)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def play(self, case: Json, world: World, control: Control) -> str | None:
        """What went wrong; None: nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"steps": case["steps"], "world": world.to_json(f"http://{control.host}")}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            log = Path(self._log.name).read_text()[-4000:]
            raise RuntimeError(f"the runtime ended with {self._process.wait()}: {log}")
        wrong: str | None = json.loads(line)
        return wrong

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


class PageRunner:
    """`test/page.ts` in a page of the backpack's site, beside `dist/backpack.js`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def play(self, case: Json, world: World, control: Control) -> str | None:
        """What went wrong; None: nothing."""
        wrong: str | None = self.page.evaluate(
            "([steps, world]) => play(steps, world)", [case["steps"], world.to_json("")]
        )
        return wrong


@contextmanager
def page_runner(script: Path, dist: Path, control: Control) -> Iterator[PageRunner]:
    """A browser with the runner in it. Its page's origin is the site's, which the API lets call."""
    html = (
        b"<!doctype html><script src='/backpack.js'></script><script type='module' src='/page.js'></script>"
    )
    control.pages |= {
        "/runner.html": ("text/html", html),
        "/backpack.js": ("text/javascript", (dist / "backpack.js").read_bytes()),
        "/page.js": ("text/javascript", script.read_bytes()),
    }
    addresses = {urlsplit(SITE_ORIGIN).netloc: control.host}
    with sync_playwright() as playwright, open_page(playwright, addresses=addresses) as page:
        page.goto(f"{SITE_ORIGIN}/runner.html")
        page.wait_for_function("typeof play === 'function'")
        yield PageRunner(page)
