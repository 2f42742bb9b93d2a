"""Tables and plots: printed, and kept in docs/benchmarks.md between two marks."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
LOAD_BEFORE = os.getloadavg()[0]
"""What else the machine had to do, on average of the minute before."""
_MARKED = "<!-- {key}: begin -->{text}<!-- {key}: end -->"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of Markdown. `note` says how to read it; `key` names its place in the document."""

    key: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        widths = [
            max(len(row[column]) for row in (self.header, *self.rows)) for column in range(len(self.header))
        ]

        def line(cells: Sequence[str]) -> str:
            first, *others = cells
            padded = [first.ljust(widths[0])]
            padded += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            return f"| {' | '.join(padded)} |"

        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = [line(self.header), line(rule), *(line(row) for row in self.rows)]
        note = f"\n{self.note}\n" if self.note else ""
        return f"### {self.title}\n\n" + "\n".join(lines) + f"\n{note}"


@dataclass(frozen=True, slots=True)
class Plot:
    """One row of figures over `x` as a line, and maybe another as bars beside it, in the words of
    Mermaid, which GitHub, GitLab and most editors draw. `key` names its place in the document."""

    key: str
    title: str
    x_label: str
    x: Sequence[str]
    y_label: str
    line: Sequence[float]
    bars: Sequence[float] = ()
    note: str = ""

    def markdown(self) -> str:
        top = 1.1 * max(*self.line, *self.bars)
        chart = [
            "xychart-beta",
            f'    x-axis "{self.x_label}" [{", ".join(json.dumps(name) for name in self.x)}]',
            f'    y-axis "{self.y_label}" 0 --> {top:.0f}',
            *([f"    bar [{_figures(self.bars)}]"] if self.bars else []),
            f"    line [{_figures(self.line)}]",
        ]
        note = f"\n{self.note}\n" if self.note else ""
        return f"### {self.title}\n\n```mermaid\n" + "\n".join(chart) + f"\n```\n{note}"


def _figures(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)


def ratio(ours: float, theirs: float) -> str:
    """How many times theirs ours is, to two significant places."""
    value = ours / theirs if theirs else float("inf")
    return f"{value:.1f}×" if value >= 9.95 else f"{value:.2f}×"


def write(table: Table | Plot) -> None:
    """Put it into the document, in the place of the one with its key."""
    text = DOCUMENT.read_text()
    place = re.compile(_MARKED.format(key=table.key, text=".*"), re.DOTALL)
    if not place.search(text):
        raise RuntimeError(f"{DOCUMENT} has no place for `{table.key}`")
    figures = _MARKED.format(key=table.key, text=f"\n{table.markdown()}\n{_circumstances()}\n")
    DOCUMENT.write_text(place.sub(lambda _: figures, text))


def _circumstances() -> str:
    commit = _output("git", "rev-parse", "--short", "HEAD")
    versions = f"Python {platform.python_version()}, Node {_output('node', '--version')}"
    cores = len(os.sched_getaffinity(0))
    before = f"load before the run {LOAD_BEFORE:.1f}"
    return f"*{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {cores} cores, {before}, {versions}.*"


def _output(*command: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=DOCUMENT.parent
    ).stdout.strip()
