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
    assert (done.code, f"no Backpack dashboard at {server.url}:" in done.err) == (Exit.FAILED, True), done.err
    assert not command.login_file.exists()


def test_what_knows_no_such_page_is_no_dashboard_to_other_commands_either(tmp_path: Path) -> None:
    with ScriptedServer({}) as server:
        done = CommandLine(tmp_path)("list", variables=server.variables)
    assert (done.code, f"no Backpack dashboard at {server.url}:" in done.err) == (Exit.FAILED, True), done.err


@pytest.mark.parametrize("given", ["127.0.0.1:1", "localhost:1/", "admin.backpack.localhost:1"])
def test_a_local_dashboard_may_have_no_tls(tmp_path: Path, given: str) -> None:
    done = CommandLine(tmp_path)("login", given, stdin="bpt_x\n")
    assert done.code == Exit.UNREACHABLE
    assert f"backpack login http://{given.rstrip('/')}\n" in done.err


@pytest.mark.parametrize("given", ["https://127.0.0.1:1", "http://127.0.0.1:1"])
def test_who_says_a_scheme_means_it(tmp_path: Path, given: str) -> None:
    done = CommandLine(tmp_path)("login", given, stdin="bpt_x\n")
    assert (done.code, "backpack login" in done.err) == (Exit.UNREACHABLE, False)


def test_a_variable_may_end_with_a_line_break(tmp_path: Path) -> None:
    with ScriptedServer({"GET /api/v1/me": [json_of(ME)]}) as server:
        variables = {"BACKPACK_DASHBOARD": f"{server.url}\n", "BACKPACK_TOKEN": "bpt_x\r\n"}
        assert CommandLine(tmp_path)("status", "--json", variables=variables).json["name"] == "ada"
