"""Every case of the table, played by the JavaScript SDK as it is published: in Node as an ES module, and in
Chromium as the one file for `<script>`. The oldest Node that is supported, Bun and Deno play those that
differ there; `make test-long` has Bun and Deno play all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.browser import CHROMIUM
from support.sdk_cases import Case, all_cases
from support.sdk_js import PageRunner, ScriptRunner, bun, deno, machine_node, page_runner
from support.sdk_world import Control, World

pytestmark = pytest.mark.timeout(120)

NODE_CASES = all_cases("node")
BROWSER_CASES = all_cases("browser")


def touches_runtime(case: Case) -> bool:
    """Sockets, streams, forms."""
    return case.file == "files" or "network is cut" in case.name or "lost doesn't make two" in case.name


OLD_NODE_CASES = [case for case in NODE_CASES if touches_runtime(case)]
OTHER_CASES = [
    pytest.param(case, marks=[] if touches_runtime(case) else pytest.mark.long, id=case.id)
    for case in NODE_CASES
]


@pytest.fixture(scope="module")
def node(runners: Path, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptRunner]:
    log = tmp_path_factory.mktemp("node") / "node.log"
    runner = ScriptRunner(runners / "play.mjs", dist / "esm" / "index.js", log)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def old_node(runners: Path, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptRunner]:
    found = machine_node()
    if found is None or found[1] not in (20, 21):
        pytest.skip("the machine has no Node 20 of its own beside the newer one that the project brings")
    log = tmp_path_factory.mktemp("node") / "node.log"
    runtime = (found[0], "--experimental-websocket")
    runner = ScriptRunner(runners / "play.mjs", dist / "cjs" / "index.js", log, runtime=runtime)
    yield runner
    runner.close()


@pytest.fixture(scope="module", params=[bun, deno], ids=["bun", "deno"])
def other(
    request: pytest.FixtureRequest, runners: Path, dist: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ScriptRunner]:
    log = tmp_path_factory.mktemp("runtime") / "runtime.log"
    runner = ScriptRunner(runners / "play.mjs", dist / "esm" / "index.js", log, runtime=request.param())
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def browser(runners: Path, dist: Path, control: Control) -> Iterator[PageRunner]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: on Debian, apt-get install chromium")
    with page_runner(runners / "page.mjs", dist, control) as runner:
        yield runner


@pytest.mark.parametrize("case", NODE_CASES, ids=lambda case: case.id)
def test_in_node(case: Case, node: ScriptRunner, make_world: Callable[..., World], control: Control) -> None:
    verdict(node.play(case.content, make_world(case.content), control))


@pytest.mark.parametrize("case", OLD_NODE_CASES, ids=lambda case: case.id)
def test_in_node_20(
    case: Case, old_node: ScriptRunner, make_world: Callable[..., World], control: Control
) -> None:
    verdict(old_node.play(case.content, make_world(case.content), control))


@pytest.mark.parametrize("case", OTHER_CASES)
def test_in_bun_and_deno(
    case: Case, other: ScriptRunner, make_world: Callable[..., World], control: Control
) -> None:
    verdict(other.play(case.content, make_world(case.content), control))


@pytest.mark.parametrize("case", BROWSER_CASES, ids=lambda case: case.id)
def test_in_chromium(
    case: Case, browser: PageRunner, make_world: Callable[..., World], control: Control
) -> None:
    verdict(browser.play(case.content, make_world(case.content), control))


def verdict(wrong: str | None) -> None:
    """The runner's own words, and not where in Python they were heard."""
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
