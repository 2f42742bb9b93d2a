"""Every case of the table, played by the Python SDK."""

from collections.abc import Callable

import pytest

from support.sdk_cases import Case, all_cases
from support.sdk_player import AsyncFace, Player, SyncFace
from support.sdk_world import World

pytestmark = pytest.mark.timeout(120)

CASES = all_cases("python")
# The synchronous face has no code of its own for a service: these have all that it makes something of,
# iterators, streams, listeners and subscriptions.
SAMPLE = {
    "a file is kept, read, changed and removed",
    "one's files are listed, by bucket and page by page",
    "an upload tells how far it is",
    "a subscription tells of every change that its filter matches",
    "the connection is opened on need, and told of",
}
# Of calls that are under way at once no order holds between threads, which some cases are about.
SYNCHRONOUS_CASES = [
    pytest.param(case, id=case.id, marks=() if case.name in SAMPLE else pytest.mark.long)
    for case in CASES
    if not any("start" in step for step in case.content["steps"])
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_asynchronous(case: Case, make_world: Callable[..., World]) -> None:
    await Player(AsyncFace(), make_world(case.content)).play(case.content["steps"])


@pytest.mark.parametrize("case", SYNCHRONOUS_CASES)
async def test_synchronous(case: Case, make_world: Callable[..., World]) -> None:
    await Player(SyncFace(), make_world(case.content)).play(case.content["steps"])
