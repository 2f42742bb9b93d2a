"""What is printed for people."""

import pytest

from backpack_cli.output import Output, counted


def test_what_looks_like_an_emojis_code_is_a_name_like_others(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).result({}, "The :bomb: of [red]ada[/red]")
    assert capsys.readouterr().out == "The :bomb: of [red]ada[/red]\n"


def test_one_of_something_is_no_plural() -> None:
    assert [counted(number, "files") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
