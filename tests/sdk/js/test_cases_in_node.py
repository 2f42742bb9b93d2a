"""Every case of the table, played by the JavaScript SDK in Node."""

from collections.abc import Callable, Iterator

import pytest

from backpack_images.javascript import NODE
from support.sdk_cases import Case, all_cases
from support.sdk_js import NodeRunner
from support.sdk_world import Control, World

CASES = all_cases("node")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRunner]:
    runner = NodeRunner(NODE, tmp_path_factory.mktemp("node") / "node.log")
    yield runner
    runner.close()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case, node: NodeRunner, make_world: Callable[..., World], control: Control) -> None:
    world = make_world(case.content)
    wrong = node.play(case.content["steps"], world.to_json(f"http://{control.host}"))
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
