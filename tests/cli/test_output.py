"""What is printed for people."""

import pytest

from backpack_cli.output import Output


def test_what_looks_like_an_emojis_code_is_a_name_like_others(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).result({}, "The :bomb: of [red]ada[/red]")
    assert capsys.readouterr().out == "The :bomb: of [red]ada[/red]\n"
