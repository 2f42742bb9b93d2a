"""The guide of the command line, `docs/cli.md`: its commands, as they stand there."""

import re
import threading
from pathlib import Path

import pytest
import typer.main

from backpack_cli.errors import Exit
from backpack_cli.main import app
from support.command_line import CommandLine
from support.command_line_guide import GUIDE, steps
from support.dashboard_inside import NAME, Inside
from support.dashboard_program import ALL, new_token, revoke

OF_A_CLUSTER = ("create", "suspend", "resume", "delete")
"""Commands for an operator, which isn't here: `e2e/test_command_line.py` has one."""


def test_every_command_is_in_the_guide() -> None:
    group = typer.main.get_command(app)
    for name in group.commands:  # type: ignore[attr-defined]
        assert re.search(rf"backpack {name}\b|`{name}\b", GUIDE), f"{name} isn't in docs/cli.md"


def test_every_exit_code_is_in_the_guide() -> None:
    for code in Exit:
        assert f"| {code.value} | " in GUIDE


def test_what_the_guide_shows_works(
    inside: Inside, ready: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dist").mkdir()
    token = new_token(inside.ada, *ALL)
    Path("token.txt").write_text(f"{token}\n")
    Path("password.txt").write_text("correct horse battery\n")
    backpack = CommandLine(tmp_path / "home")
    for number, step in enumerate(steps()):
        if step.verb in OF_A_CLUSTER:
            continue
        if step.verb == "deploy":
            backpack_site(number)
        if step.verb == "rollback":
            backpack_site(number)
            assert backpack("deploy", NAME, "dist").code == 0
        done = backpack(*step.given(ready, inside.dashboard.url), stdin=step.stdin(tmp_path))
        assert done.code == 0, f"{step}: {done.err}"
    revoke(inside.ada, token)


def backpack_site(number: int) -> None:
    """Another site each time."""
    Path("dist/index.html").write_text(f"<!doctype html>{number} {threading.get_ident()}")
