"""A dashboard that is away for a while: what goes on for long waits for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backpack_cli.api import until_end
from backpack_cli.errors import BrokeOff, Exit, from_problem
from backpack_cli.patience import PAUSES, Patience, patiently
from support.command_line import CommandLine
from support.scripted_server import AWAY, ScriptedServer, json_of, lines_of

SHOP = {"name": "shop", "namespace": "apps", "ready": True, "suspended": False, "url": "https://shop.test"}
PLACE = "/api/v1/backpacks/apps/shop"


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that a command would have made."""
    made: list[float] = []
    default = Patience.__init__.__kwdefaults__
    monkeypatch.setitem(default, "sleep", made.append)
    monkeypatch.setitem(until_end.__kwdefaults__, "sleep", made.append)
    return made


def test_pauses_grow_and_come_to_an_end() -> None:
    slept: list[float] = []
    tries = 0

    def fail() -> None:
        nonlocal tries
        tries += 1
        raise BrokeOff(f"{tries}")

    with pytest.raises(BrokeOff, match=f"^{len(PAUSES) + 1}$"):
        patiently(fail, Patience(sleep=slept.append))
    assert slept == list(PAUSES)
    assert slept[:3] == [0.5, 1, 2]
    assert 40 < sum(PAUSES) < 60


def test_a_stream_is_opened_again_after_pauses_that_begin_anew_with_news() -> None:
    slept: list[float] = []
    opened = iter([None, None, [{"type": "backpack"}], None, [{"type": "end", "reason": "ready"}]])

    def stream() -> Iterator[dict[str, Any]]:
        lines = next(opened)
        if lines is None:
            raise BrokeOff("away")
        yield from lines

    kinds = [line["type"] for line in until_end(stream, sleep=slept.append)]
    assert kinds == ["again", "again", "backpack", "again", "again", "end"]
    assert slept == [0.5, 1, 0.5, 1]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_an_ingress_says_meanwhile_is_a_lost_connection(status: int) -> None:
    error = from_problem(status, {})
    assert isinstance(error, BrokeOff)
    assert "try again" in error.message


def test_logs_are_followed_over_a_restart(tmp_path: Path, paused: list[float]) -> None:
    pods = {"type": "pods", "pods": [{"pod": "a"}], "trouble": None}
    line = {"type": "line", "pod": "a", "at": "2026-01-01T10:00:00Z", "text": "before"}
    after = {**line, "at": "2026-01-01T10:00:01Z", "text": "after"}
    answers = {
        "GET /api/v1/backpacks": [AWAY, json_of({"items": [SHOP]})],
        f"GET {PLACE}/logs": [
            lines_of(pods, line),
            *[AWAY] * 7,
            lines_of(pods, line, after, {"type": "end", "reason": "done"}),
        ],
    }
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("logs", "shop", "-f", variables=server.variables)
    assert (done.code, done.out.splitlines()) == (0, ["before", "after"]), done.err
    assert paused == [0.5, *PAUSES]


def test_what_does_not_come_back_is_told(tmp_path: Path, paused: list[float]) -> None:
    answers = {"GET /api/v1/backpacks": [json_of({"items": [SHOP]})], f"GET {PLACE}/logs": [AWAY]}
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("logs", "shop", "-f", variables=server.variables)
    assert (done.code, paused) == (Exit.UNREACHABLE, list(PAUSES))


def test_a_deployment_waits_for_the_dashboard_before_it_sends_again(
    tmp_path: Path, paused: list[float]
) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("A site")
    release = {"id": "r1", "sha256": "another", "active": True}
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [SHOP]})],
        f"GET {PLACE}/releases": [json_of({"items": []}), *[AWAY] * 6, json_of({"items": []})],
        f"POST {PLACE}/releases": [AWAY, json_of(release, 201)],
    }
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("deploy", "shop", tmp_path / "dist", variables=server.variables)
    assert (done.code, done.out) == (0, "https://shop.test\n"), done.err
    assert sum(asked.startswith("POST") for asked in server.asked) == 2
    assert len(paused) == 6


def test_what_changes_something_is_asked_for_once(tmp_path: Path, paused: list[float]) -> None:
    with ScriptedServer({"POST /api/v1/backpacks": [AWAY]}) as server:
        done = CommandLine(tmp_path)("create", "shop", variables=server.variables)
    assert (done.code, server.asked, paused) == (Exit.UNREACHABLE, ["POST /api/v1/backpacks"], [])


def test_the_time_to_wait_goes_by_while_nobody_answers(tmp_path: Path) -> None:
    about = {"ready": False, "deleting": False, "conditions": []}
    starting = {**SHOP, **about, "state": "Starting", "message": "It starts."}
    answers = {"POST /api/v1/backpacks": [json_of(starting, 201)], f"GET {PLACE}/watch": [AWAY]}
    with ScriptedServer(answers) as server:
        words = ("create", "shop", "--wait", "--timeout", "1")
        done = CommandLine(tmp_path)(*words, variables=server.variables)
    assert (done.code, "It is Starting" in done.err) == (Exit.NOT_IN_TIME, True), done.err
