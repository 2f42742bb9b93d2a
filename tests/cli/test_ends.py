"""How commands end: the exit codes and errors of `docs/cli.md`."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from backpack_cli.errors import Exit
from backpack_contract.version import VERSION
from support.command_line import CommandLine
from support.scripted_server import ScriptedServer, json_of
from support.waiting import eventually

SHOP = {"name": "shop", "namespace": "apps"}


@contextmanager
def at_terminal(home: Path, *words: str, **variables: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command, and the terminal that it runs at."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "backpack_cli", *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "XDG_CONFIG_HOME": str(home), **variables},
        start_new_session=True,
    )
    os.close(terminal)
    try:
        yield process, controller
    finally:
        process.kill()
        process.wait()
        os.close(controller)


def read_until(controller: int, words: bytes) -> None:
    seen = b""
    with suppress(OSError):  # whoever writes has ended
        while words not in seen:
            seen += os.read(controller, 4096)
    assert words in seen, seen


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("login", "https://admin.example.com"), b"Token: "),
        (("users", "add", "shop", "ada@example.com"), b"Password: "),
        (("delete", "shop"), b"Type shop to delete it: "),
        (("import", "shop", "/etc/hostname", "--replace"), b"first? [y/N]: "),
    ],
)
def test_interrupted_at_a_prompt_is_interrupted(
    tmp_path: Path, words: tuple[str, ...], question: bytes
) -> None:
    with (
        ScriptedServer({"GET /api/v1/backpacks": [json_of({"items": [SHOP]})]}) as server,
        at_terminal(tmp_path, *words, **server.variables) as (process, controller),
    ):
        read_until(controller, question)

        def has_ended() -> bool:
            # Again where it came just before the terminal was waited for, as somebody there would.
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            return process.poll() is not None

        eventually(has_ended, within=30)
        assert process.returncode == Exit.INTERRUPTED


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fly", "--json"), "No such command 'fly'."),
        (("list", "--json", "--wide"), "No such option"),
        (("open", "--json"), "Missing argument"),
        (("logs", "shop", "--json", "--tail", "many"), "--tail"),
        (
            ("logs", "shop", "--json", "-c", "db"),
            "'-c': 'db' is not one of 'api', 'web', 'database', 'cache'",
        ),
    ],
)
def test_with_json_what_cannot_be_meant_is_json(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    done = CommandLine(tmp_path)(*words)
    assert (done.code, done.out) == (Exit.USAGE, "")
    error = json.loads(done.err)["error"]
    assert error["code"] == Exit.USAGE
    assert message in error["message"]


def test_help_is_no_error_with_json_either(tmp_path: Path) -> None:
    done = CommandLine(tmp_path)("list", "--json", "--help")
    assert (done.code, "Usage: backpack list" in done.out) == (0, True)


def test_the_version_is_told_without_a_login(tmp_path: Path) -> None:
    done = CommandLine(tmp_path)("--version")
    assert (done.code, done.out) == (0, f"backpack {VERSION}\n")
