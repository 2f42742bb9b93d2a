"""Making and deleting backpacks: what is sent, and what is told."""

from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.scripted_server import Says, ScriptedServer, json_of

PLACE = "/api/v1/backpacks"
SHOP = {"name": "shop", "namespace": "apps", "uid": "1", "url": None, "spec": {}}


def test_creating_tells_the_namespace(tmp_path: Path) -> None:
    with ScriptedServer({f"POST {PLACE}": [json_of(SHOP, 201)]}) as server:
        done = CommandLine(tmp_path)("create", "shop", variables=server.variables)
    assert (done.code, done.err) == (0, "shop is being created in the namespace apps.\n")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "Its data is kept (deletionPolicy: Retain)."),
        ({"deletionPolicy": "Retain"}, '"Retained data" in docs/operations.md'),
        ({"deletionPolicy": "Delete"}, "Its data is removed with it (deletionPolicy: Delete)."),
    ],
)
def test_deleting_tells_what_becomes_of_the_data(tmp_path: Path, spec: dict[str, str], words: str) -> None:
    answers = {
        f"GET {PLACE}": [json_of({"items": [{**SHOP, "spec": spec}]})],
        f"DELETE {PLACE}/apps/shop": [Says(202)],
    }
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("delete", "shop", "--yes", variables=server.variables)
        as_json = CommandLine(tmp_path)("delete", "shop", "--yes", "--json", variables=server.variables)
    assert (done.code, words in done.out) == (0, True), done.out
    assert as_json.json == {"name": "shop", "deleted": False}
