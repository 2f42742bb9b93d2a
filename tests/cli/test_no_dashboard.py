"""Logging in at what is no dashboard, and variables as machines give them."""

from pathlib import Path

import pytest

from backpack_cli.errors import Exit
from support.command_line import CommandLine
from support.scripted_server import Says, ScriptedServer, json_of

ME = {"name": "ada", "role": "developer", "scopes": ["read"], "expiresAt": "2027-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "says",
    [Says(200, b"<!doctype html>Welcome"), json_of({"ok": True}), json_of([]), Says(404, b"not found")],
    ids=["a page", "another API", "a list", "nothing"],
)
def test_what_is_no_dashboard_is_not_logged_in_at(tmp_path: Path, says: Says) -> None:
    command = CommandLine(tmp_path)
    with ScriptedServer({"GET /api/v1/me": [says]}) as server:
        done = command("login", server.url, stdin="bpt_x\n")
    assert (done.code, f"{server.url} is no dashboard" in done.err) == (Exit.FAILED, True), done.err
    assert not command.login_file.exists()


def test_a_variable_may_end_with_a_line_break(tmp_path: Path) -> None:
    with ScriptedServer({"GET /api/v1/me": [json_of(ME)]}) as server:
        variables = {"BACKPACK_DASHBOARD": f"{server.url}\n", "BACKPACK_TOKEN": "bpt_x\r\n"}
        assert CommandLine(tmp_path)("status", "--json", variables=variables).json["name"] == "ada"
