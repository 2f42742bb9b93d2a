"""Which lines `logs -f` prints over a break: each once, and none is missing."""

from pathlib import Path
from typing import Any

import pytest

from backpack_cli.moments import nanoseconds, of_date
from support.command_line import CommandLine
from support.scripted_server import Says, ScriptedServer, json_of, lines_of

SHOP = {"name": "shop", "namespace": "apps"}
PLACE = "/api/v1/backpacks/apps/shop"
END = {"type": "end", "reason": "done"}


def pods(*names: str) -> dict[str, Any]:
    return {"type": "pods", "pods": [{"pod": name} for name in names], "trouble": None}


def line(at: str, text: str, pod: str = "a") -> dict[str, Any]:
    return {"type": "line", "pod": pod, "at": f"2026-01-01T{at}Z", "text": text}


def followed(home: Path, streams: list[Says], *words: str) -> tuple[list[str], list[str]]:
    """What is printed, and how the streams were asked for. The command begins at 10:00."""
    backpacks = json_of({"items": [SHOP]})
    backpacks.headers["Date"] = "Thu, 01 Jan 2026 10:00:00 GMT"
    answers = {"GET /api/v1/backpacks": [backpacks], f"GET {PLACE}/logs": streams}
    with ScriptedServer(answers) as server:
        done = CommandLine(home)("logs", "shop", *words, variables=server.variables)
    assert done.code == 0, done.err
    return done.out.splitlines(), [
        asked.partition("tail=")[2].partition("&")[0] for asked in server.asked[1:]
    ]


def test_what_was_written_during_a_break_is_not_cut_to_the_tail(tmp_path: Path) -> None:
    streams = [
        lines_of(pods("a"), line("09:59:00", "before")),
        lines_of(
            pods("a"),
            line("09:58:00", "not asked for"),
            line("09:59:00", "before"),
            line("09:59:00.5", "one"),
            line("10:00:02", "two"),
            line("10:00:03", "three"),
            END,
        ),
    ]
    printed, tails = followed(tmp_path, streams, "-f", "--tail", "1")
    assert (printed, tails) == (["before", "one", "two", "three"], ["1", "10000"])


def test_of_a_pod_that_had_written_nothing_only_what_is_new_is_printed(tmp_path: Path) -> None:
    streams = [
        lines_of(pods("a", "b")),
        lines_of(
            pods("a", "b"),
            line("09:59:59.9", "old"),
            line("10:00:01", "new"),
            line("10:00:02", "of another", pod="b"),
            END,
        ),
    ]
    printed, tails = followed(tmp_path, streams, "-f", "--tail", "0")
    assert (printed, tails) == (["a new", "b of another"], ["0", "10000"])


@pytest.mark.parametrize(
    "text", ["a\tb", ":warning: :smile:", "[red]no markup[/red]", " spaces  ", "x" * 2000]
)
def test_lines_are_printed_as_they_were_written(tmp_path: Path, text: str) -> None:
    printed, _ = followed(tmp_path, [lines_of(pods("a"), line("09:00:00", text), END)])
    assert printed == [text]


@pytest.mark.parametrize("words", [("--tail", "2"), ("--tail", "2", "-f", "--previous")])
def test_what_is_not_added_to_is_asked_for_as_before(tmp_path: Path, words: tuple[str, ...]) -> None:
    streams = [
        lines_of(pods("a"), line("09:00:01", "one")),
        lines_of(pods("a"), line("09:00:01", "one"), line("09:00:02", "two"), END),
    ]
    assert followed(tmp_path, streams, *words) == (["one", "two"], ["2", "2"])


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z"),
        ("2026-01-01T10:00:00.12Z", "2026-01-01T10:00:00.123456789Z"),
        ("2026-01-01T12:00:00.1+02:00", "2026-01-01T10:00:00.2Z"),
    ],
)
def test_moments_are_compared_by_their_time(earlier: str, later: str) -> None:
    first, second = nanoseconds(earlier), nanoseconds(later)
    assert first is not None
    assert second is not None
    assert first < second


@pytest.mark.parametrize("text", [None, "", "yesterday", "2026-13-01T10:00:00Z"])
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert nanoseconds(text) is None
    assert of_date(text) is None
    assert of_date("Thu, 01 Jan 1970 00:00:01 GMT") == 10**9


@pytest.mark.parametrize(
    ("word", "label"),
    [("database", "mongo"), ("mongo", "mongo"), ("cache", "redis"), ("redis", "redis"), ("web", "web")],
)
def test_a_part_has_the_name_that_status_has(tmp_path: Path, word: str, label: str) -> None:
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [SHOP]})],
        f"GET {PLACE}/logs": [lines_of(pods("a"), END)],
    }
    with ScriptedServer(answers) as server:
        assert CommandLine(tmp_path)("logs", "shop", "-c", word, variables=server.variables).code == 0
    assert f"component={label}&" in server.asked[-1]
