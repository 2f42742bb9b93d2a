"""Which dashboard, and which token."""

import json
from pathlib import Path

import pytest

from backpack_cli import login
from backpack_cli.errors import CliError, Exit
from backpack_cli.login import Login


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("admin.example.com", "https://admin.example.com"),
        ("https://admin.example.com/", "https://admin.example.com"),
        ("http://admin.backpack.localhost:8080", "http://admin.backpack.localhost:8080"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_a_url_is_understood(given: str, meant: str) -> None:
    assert login.dashboard_url(given) == meant


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://admin.example.com", "use https"),
        ("ftp://admin.example.com", "is no dashboard's URL"),
        ("https://ada:secret@admin.example.com", "is no dashboard's URL"),
        ("https://admin.example.com/?token=x", "is no dashboard's URL"),
        ("https://", "is no dashboard's URL"),
    ],
)
def test_a_url_over_which_a_token_would_be_read_is_refused(given: str, words: str) -> None:
    with pytest.raises(CliError, match=words) as caught:
        login.dashboard_url(given)
    assert caught.value.code == Exit.USAGE


def test_variables_come_before_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    login.keep(Login("https://one.example.com", "kept"))
    assert login.load(home) == Login("https://one.example.com", "kept")
    assert login.load({**home, "BACKPACK_TOKEN": "given"}).token == "given"
    same = {**home, "BACKPACK_DASHBOARD": "https://one.example.com/"}
    assert login.load(same) == Login("https://one.example.com", "kept")
    with pytest.raises(CliError, match="backpack login"):
        login.load({**home, "BACKPACK_DASHBOARD": "https://two.example.com"})


@pytest.mark.parametrize("content", ["", "[]", json.dumps({"url": "https://x"})])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "backpack" / "login.json"
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(CliError, match="log in again") as caught:
        login.load({"XDG_CONFIG_HOME": str(tmp_path)})
    assert caught.value.code == Exit.NOT_ALLOWED
