"""How many Backpacks, for how long, and what to measure: one typed object, made from the
command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

MEASUREMENTS = ("idle", "look", "repair", "growth")
"""Besides creating and starting again, which are measured at every size."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. Times in seconds."""

    backpacks: int = 1000
    """The size of which everything is measured."""
    sizes: tuple[int, ...] = (100, 300, 1000, 3000)
    """How many Backpacks the growth is measured at."""
    only: tuple[str, ...] = MEASUREMENTS
    idle: float = 600
    looks: int = 500
    """How many reconciles are measured that find nothing to do."""
    repairs: int = 200
    """How many deleted children are waited for."""
    others: int = 100
    """How many other Backpacks change meanwhile."""
    write: bool = False

    @property
    def measured(self) -> tuple[int, ...]:
        """The sizes of this run, the smallest first."""
        sizes = self.sizes if "growth" in self.only else ()
        return tuple(sorted({*sizes, self.backpacks}))


QUICK = Options(backpacks=100, sizes=(25, 50, 100), idle=30, looks=100, repairs=20, others=20)


def parse(arguments: Sequence[str] | None = None) -> Options:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.operator", description=__doc__)
    parser.add_argument("--only", help=f"some of {','.join(MEASUREMENTS)}, or `none`")
    parser.add_argument("--backpacks", type=int, help="how many to measure with (1000)")
    parser.add_argument("--sizes", help="at which sizes growth is measured (100,300,1000,3000)")
    parser.add_argument("--idle", type=float, help="how long nothing changes, in seconds (600)")
    parser.add_argument("--quick", action="store_true", help="a hundred Backpacks: to see that it works")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    given = parser.parse_args(arguments)
    options = QUICK if given.quick else Options()
    changes: dict[str, Any] = {"write": given.write}
    if given.only:
        changes["only"] = _some_of(parser, given.only)
    if given.backpacks:
        changes["backpacks"] = given.backpacks
    if given.sizes:
        changes["sizes"] = tuple(int(number) for number in given.sizes.split(","))
    if given.idle:
        changes["idle"] = given.idle
    return replace(options, **changes)


def _some_of(parser: argparse.ArgumentParser, text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name != "none")
    for name in names:
        if name not in MEASUREMENTS:
            parser.error(f"`{name}` is none of {', '.join(MEASUREMENTS)}")
    return names
