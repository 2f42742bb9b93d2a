"""The commands of the guide of the command line, as they stand there."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

GUIDE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
SHOP, DASHBOARD = "shop", "https://admin.example.com"
"""What the guide's reader has, for which a test has something else."""


@dataclass(frozen=True)
class Step:
    """One line."""

    words: tuple[str, ...]
    """After the program's name."""
    source: str | None
    """The file that it reads as its standard input."""

    @property
    def verb(self) -> str:
        return self.words[0]

    def given(self, shop: str, dashboard: str) -> list[str]:
        """The words, for somebody's own backpack and dashboard."""
        own = {SHOP: shop, DASHBOARD: dashboard}
        return [own.get(word, word) for word in self.words]

    def stdin(self, folder: Path) -> str:
        return "" if self.source is None else (folder / self.source).read_text()


def steps() -> list[Step]:
    """All lines, in their order."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    return [_step(line) for block in blocks for line in block.splitlines()]


def _step(line: str) -> Step:
    command, _, source = line.partition(" < ")
    program, *words = shlex.split(command)
    assert program == "backpack"
    return Step(tuple(words), source or None)
