"""How long, how often and what to measure: one typed object, made from the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

RATES = ("create", "get", "update", "list", "login")
MEASUREMENTS = (*RATES, "hash", "growth", "fanout", "start", "idle", "upload")
PEERS = ("backpack", "driver", "pocketbase", "parse")


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. Times in seconds."""

    only: tuple[str, ...] = MEASUREMENTS
    peers: tuple[str, ...] = PEERS
    rounds: int = 3
    """Each figure is the median of this many, which alternate between the peers."""
    seconds: float = 8
    warm_up: float = 2
    connections: int = 64
    subscribers: tuple[int, ...] = (100, 1000, 2000)
    writes: int = 40
    """How many events each number of subscribers is sent."""
    documents: int = 1000
    """How many there are in the collection that is read and changed."""
    grown: int = 100_000
    """To how many a collection is filled before creating is measured again."""
    upload_mib: int = 1024
    starts: int = 5
    write: bool = False


def parse(arguments: Sequence[str] | None = None) -> Options:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--only", help=f"some of {','.join(MEASUREMENTS)}")
    parser.add_argument("--peers", help=f"some of {','.join(PEERS)}")
    parser.add_argument("--rounds", type=int, help="repetitions, of which the median counts (3)")
    parser.add_argument("--seconds", type=float, help="how long each rate is measured (8)")
    parser.add_argument("--subscribers", help="numbers of subscribers (100,1000,2000)")
    parser.add_argument("--quick", action="store_true", help="short and once: to see that it works")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    given = parser.parse_args(arguments)
    options = QUICK if given.quick else Options()
    changes: dict[str, Any] = {"write": given.write}
    if given.only:
        changes["only"] = _some_of(parser, given.only, MEASUREMENTS)
    if given.peers:
        changes["peers"] = _some_of(parser, given.peers, PEERS)
    if given.rounds:
        changes["rounds"] = given.rounds
    if given.seconds:
        changes["seconds"] = given.seconds
    if given.subscribers:
        changes["subscribers"] = tuple(int(number) for number in given.subscribers.split(","))
    return replace(options, **changes)


QUICK = Options(
    rounds=1,
    seconds=2,
    warm_up=1,
    subscribers=(100, 1000),
    writes=10,
    grown=10_000,
    upload_mib=128,
    starts=2,
)


def _some_of(parser: argparse.ArgumentParser, text: str, known: Sequence[str]) -> tuple[str, ...]:
    names = tuple(text.split(","))
    for name in names:
        if name not in known:
            parser.error(f"`{name}` is none of {', '.join(known)}")
    return names
