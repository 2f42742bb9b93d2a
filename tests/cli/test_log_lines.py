"""Our programs' JSON logs, as people read them."""

import json
from pathlib import Path
from typing import Any

import pytest

from backpack_cli.log_lines import short
from support.command_line import CommandLine
from support.scripted_server import ScriptedServer, json_of, lines_of

MOMENT = "2026-01-31T10:00:02.123+00:00"
REQUEST = {
    "time": MOMENT,
    "level": "info",
    "logger": "backpack_api.middleware.request_context",
    "message": "request",
    "backpack": "shop",
    "namespace": "apps",
    "requestId": "0c1",
    "listener": "public",
    "method": "GET",
    "path": "/auth/me",
    "status": 200,
    "ms": 1.25,
}


def ours(message: str, **fields: Any) -> str:
    return json.dumps({"time": MOMENT, "level": "warning", "logger": "x", "message": message, **fields})


def test_a_request_is_what_was_asked_and_answered() -> None:
    assert short(json.dumps(REQUEST)) == "2026-01-31 10:00:02 info    GET /auth/me 200 1.25 ms"


def test_a_request_to_the_web_server_is_shown_alike() -> None:
    line: dict[str, Any] = {
        "time": "2026-01-31T11:00:02+01:00",
        "logger": "web",
        "requestId": "1",
        "method": "GET",
    }
    line |= {"host": "shop.test", "path": "/a.js", "status": 200, "bytes": 5, "seconds": 0.004}
    line |= {"cache": "HIT", "client": "10.0.0.1", "forwardedFor": "", "userAgent": "x"}
    assert short(json.dumps(line)) == "2026-01-31 10:00:02 GET /a.js 200 4 ms cache=HIT"


def test_a_message_has_its_fields() -> None:
    shown = short(ours("put off", chore="sweep", why="The cache is away."))
    assert shown == "2026-01-31 10:00:02 warning put off chore=sweep why=The cache is away."


def test_an_exception_is_below() -> None:
    shown = short(ours("unhandled error", exception="Traceback:\n  in x"))
    assert shown.splitlines() == ["2026-01-31 10:00:02 warning unhandled error", "  Traceback:", "    in x"]


def test_what_json_hides_reaches_no_terminal() -> None:
    shown = short(ours("\x1b[2J and \u202e and\nnext"))
    assert shown.isprintable()
    assert "\\x1b[2J and \\u202e and\\nnext" in shown


@pytest.mark.parametrize(
    "text",
    [
        "a line",
        "{",
        "[1]",
        '{"t": {"$date": "2026-01-01"}, "msg": "of MongoDB"}',
        '{"time": "yesterday", "level": "info", "message": "x"}',
        '{"time": 1, "level": "info", "message": "x"}',
    ],
)
def test_any_other_line_is_left_as_it_is(text: str) -> None:
    assert short(text) == text


@pytest.mark.parametrize("words", [(), ("--raw",), ("--json",)], ids=["short", "raw", "JSON"])
def test_raw_and_json_are_as_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    text = json.dumps(REQUEST)
    line = {"type": "line", "pod": "a", "at": "2026-01-31T10:00:02.2Z", "text": text}
    pods = {"type": "pods", "pods": [{"pod": "a"}], "trouble": None}
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [{"name": "shop", "namespace": "apps"}]})],
        "GET /api/v1/backpacks/apps/shop/logs": [lines_of(pods, line, {"type": "end", "reason": "done"})],
    }
    with ScriptedServer(answers) as server:
        printed = CommandLine(tmp_path)("logs", "shop", *words, variables=server.variables).out
    expected = {(): short(text), ("--raw",): text, ("--json",): json.dumps(line)}
    assert printed == f"{expected[words]}\n"
