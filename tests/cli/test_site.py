"""Which release a deployment shows, and which command leads back."""

from pathlib import Path
from typing import Any

import pytest

from backpack_cli import site_zip
from support.command_line import CommandLine, Done
from support.scripted_server import Says, ScriptedServer, json_of

SHOP = {"name": "shop", "namespace": "apps", "ready": True, "suspended": False, "url": "https://shop.test"}
PLACE = "/api/v1/backpacks/apps/shop"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("A site")
    return tmp_path / "dist"


@pytest.fixture
def digest(folder: Path, tmp_path: Path) -> str:
    """Of the folder's ZIP."""
    with (tmp_path / "site.zip").open("w+b") as file:
        return site_zip.write(folder, site_zip.look(folder).files, file)[1]


def release(name: str, digest: str = "another", *, active: bool = False) -> dict[str, Any]:
    return {"id": name, "sha256": digest, "active": active, "createdAt": "2026-01-01T10:00:00Z"}


def run(home: Path, kept: list[dict[str, Any]], *words: str | Path, **more: Says) -> tuple[Done, list[str]]:
    """What is printed, and what was asked for that changes something."""
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [SHOP]})],
        f"GET {PLACE}/releases": [json_of({"items": kept})],
        f"POST {PLACE}/releases": [json_of(release("new"), 201)],
        **{f"POST {PLACE}/releases/{name}/activate": [says] for name, says in more.items()},
    }
    with ScriptedServer(answers) as server:
        done = CommandLine(home)(*words, variables=server.variables)
    return done, [asked.removeprefix(f"POST {PLACE}/releases") for asked in server.asked if "POST" in asked]


def test_what_is_kept_already_is_shown_rather_than_sent_again(
    tmp_path: Path, folder: Path, digest: str
) -> None:
    kept = [release("now", active=True), release("old", digest)]
    done, posted = run(tmp_path, kept, "deploy", "shop", folder, old=json_of(release("old", active=True)))
    assert (done.code, done.out, posted) == (0, "https://shop.test\n", ["/old/activate"])
    assert "The same files are there already." in done.err
    assert "Back to what was shown until now: backpack rollback shop now" in done.err


def test_what_is_not_kept_any_more_is_sent(tmp_path: Path, folder: Path, digest: str) -> None:
    kept = [release("now", active=True), release("old", digest)]
    gone = json_of({"detail": "It is gone."}, 404)
    done, posted = run(tmp_path, kept, "deploy", "shop", folder, old=gone)
    assert (done.code, posted) == (0, ["/old/activate", "?activate=true"])


def test_what_is_shown_is_left_as_it_is(tmp_path: Path, folder: Path, digest: str) -> None:
    kept = [release("old", digest), release("now", digest, active=True)]
    assert run(tmp_path, kept, "deploy", "shop", folder)[1] == []
    done, posted = run(tmp_path, kept, "deploy", "shop", folder, "--no-activate")
    assert (done.out, posted) == ("It is shown already: now\n", [])


def test_what_is_only_kept_can_be_shown_by_a_command(tmp_path: Path, folder: Path) -> None:
    done, posted = run(tmp_path, [], "deploy", "shop", folder, "--no-activate")
    assert (done.out, posted) == ("Kept as new\n", ["?activate=false"])
    assert "Show it: backpack rollback shop new" in done.err


def test_the_way_back_is_told(tmp_path: Path) -> None:
    kept = [release("now", active=True), release("old")]
    done, posted = run(tmp_path, kept, "rollback", "shop", old=json_of(release("old", active=True)))
    assert (done.code, posted) == (0, ["/old/activate"])
    assert done.err == "Back to what was shown until now: backpack rollback shop now\n"
