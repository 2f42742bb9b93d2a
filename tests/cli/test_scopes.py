"""Why a token is refused."""

from pathlib import Path

import pytest

from backpack_cli.errors import Exit
from backpack_cli.scopes import CHECKBOXES, of_token
from backpack_dashboard.domain.tokens import SCOPES
from support.command_line import CommandLine
from support.scripted_server import ScriptedServer, json_of

URL = "https://admin.example.test"


def test_the_words_are_those_of_the_page_account() -> None:
    assert CHECKBOXES == SCOPES


def test_a_token_that_does_not_count_is_told_so(tmp_path: Path) -> None:
    problem = {"detail": "Send `Authorization: Bearer` with a token that counts.", "status": 401}
    with ScriptedServer({"GET /api/v1/backpacks": [json_of(problem, 401)]}) as server:
        done = CommandLine(tmp_path)("list", variables=server.variables)
    assert done.code == Exit.NOT_ALLOWED
    assert done.err.startswith(
        "This token doesn't count: it was mistyped, has expired or was revoked. "
        f"Make another at {server.url}/account"
    )


def test_a_scope_that_is_missing_has_the_words_of_its_checkbox() -> None:
    said = of_token(403, {"detail": "This token hasn't the scope `users`. Make one that has it."}, URL)
    assert said is not None
    assert f'{URL}/account with a tick at "{SCOPES["users"]}"' in said


@pytest.mark.parametrize("detail", ["Only an owner may set `hostname`.", "It hasn't the scope `of-dreams`."])
def test_other_refusals_are_left_as_they_are(detail: str) -> None:
    assert of_token(403, {"detail": detail}, URL) is None
    assert of_token(404, {"detail": "the scope `users`"}, URL) is None
