"""What is printed: for people, or with `--json` for programs. Results go to stdout, all else to stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

_MOODS = {"good": "green", "busy": "yellow", "bad": "red", "resting": "dim"}
_WIDE = 1000
"""Columns where nobody looks at them: a pipe cuts nothing off."""


class Output:
    """How one command prints."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    def result(self, value: Any, *lines: str | Text) -> None:
        """What a command was asked for: as JSON the value, else the lines."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False), flush=True)
            return
        for line in lines:
            self._out.print(line, markup=False, highlight=False, soft_wrap=True)

    def line(self, value: Any, text: str) -> None:
        """What somebody else has written: as it is, with its tabs and what looks like an emoji's code."""
        print(json.dumps(value, ensure_ascii=False) if self.as_json else text, flush=True)

    def table(self, items: list[dict[str, Any]], columns: Sequence[str], rows: list[list[Any]]) -> None:
        """A list: as JSON the items, else a table of the rows."""
        if self.as_json:
            print(json.dumps(items, ensure_ascii=False), flush=True)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, no_wrap=True)
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
        self._out.print(table)

    def event(self, value: Any, line: str | Text) -> None:
        """Something that happens while a command goes on: to stdout as JSON, else to stderr."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False), flush=True)
        else:
            self.note(line)

    def note(self, line: str | Text) -> None:
        """Something beside the result, for people only."""
        if not self.as_json:
            self._err.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Gives a function to tell of bytes that have passed. Shown where somebody looks."""
        if self.as_json or not self._err.is_terminal:
            yield _nothing
            return
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task(what, total=total)
            yield lambda size: progress.update(task, advance=size)


def _nothing(_: int) -> None:
    """Nobody looks."""


def counted(number: int, things: str) -> str:
    """`1 file`, `2 files`; `things` is the plural."""
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


def state_of(backpack: dict[str, Any]) -> Text:
    """A backpack's state in its colour."""
    return Text(backpack["state"], style=_MOODS.get(backpack["mood"], ""))


def _console(file: Any) -> Console:
    return Console(file=file, emoji=False, width=None if file.isatty() else _WIDE)
