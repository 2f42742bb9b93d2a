"""Realtime: from sending a write to the last of many subscribers having its event, and
what the sockets cost in memory."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.api.bare_sockets import BareSockets, running
from bench.api.peers.peer import Peer, document
from bench.api.stage import Stage
from bench.api.subscribers import Order
from bench.report import Table, ratio
from bench.table import mebibytes

ROOT = Path(__file__).resolve().parents[3]
COLLECTION = "fanout"
CONNECT_SECONDS = 180
"""Bounds a run of the subscribers, which answer or end within it."""


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds of each write, and bytes of memory before, with and after the subscribers' sockets."""

    times: list[float]
    before: int
    connected: int
    after: int

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[18]

    @property
    def p50(self) -> float:
        return statistics.median(self.times)


def measure(peer: Peer | BareSockets, subscribers: int, writes: int) -> Result:
    """The writes with this many subscribers."""
    before = peer.rss()
    with _subscribers(order_of(peer, subscribers, writes)) as process:
        _expect(process, "connected")
        connected = peer.rss()
        times = json.loads(_answer(process, "go\n"))
        return Result(times, before, connected, peer.rss())


def order_of(peer: Peer | BareSockets, subscribers: int, writes: int) -> Order:
    host, _, port = peer.host.partition(":")
    how = peer.subscription(COLLECTION)
    write = peer.create(COLLECTION, {**document(1), "title": "MARK"})
    return Order(
        host=host,
        port=int(port),
        kind=how.kind,
        path=how.path,
        headers=dict(how.headers),
        steps=list(how.steps),
        subscribers=subscribers,
        writes=writes,
        write_path=write.path,
        write_headers=peer.headers,
        write_body=write.body.decode(),
        subscribe_path=how.subscribe.path if how.subscribe else "",
        subscribe_body=how.subscribe.body.decode() if how.subscribe else "",
    )


def tables(stage: Stage) -> list[Table]:
    """Latency by number of subscribers, and memory under the most."""
    for peer in stage.peers:
        peer.make_collection(COLLECTION)
    with running() as bare:
        return _tables(stage, [stage.peers[0], bare, *stage.peers[1:]])


def _tables(stage: Stage, peers: Sequence[Peer | BareSockets]) -> list[Table]:
    latency, memory = [], []
    for count in stage.options.subscribers:
        results: dict[str, list[Result]] = {peer.name: [] for peer in peers}
        for _ in range(stage.options.rounds):
            for peer in peers:
                results[peer.name].append(measure(peer, count, stage.options.writes))
                print(f"  fanout {count}: {peer.name} p95 {results[peer.name][-1].p95:.1f} ms", flush=True)
        p95 = {name: statistics.median(one.p95 for one in found) for name, found in results.items()}
        p50 = {name: statistics.median(one.p50 for one in found) for name, found in results.items()}
        ours = peers[0].name
        cells = [f"{count:,} subscribers", f"{p50[ours]:.0f} / {p95[ours]:.0f}"]
        cells += [
            f"{p50[peer.name]:.0f} / {p95[peer.name]:.0f} · **{ratio(p95[ours], p95[peer.name])}**"
            for peer in peers[1:]
        ]
        latency.append(cells)
        memory.append([f"{count:,} subscribers", *(_memory(results[peer.name]) for peer in peers)])
    names = [peer.name for peer in peers]
    return [
        Table(
            "fanout",
            f"Fan-out: ms from a write to its last receipt, {stage.options.writes} writes, p50 / p95",
            ["", *names],
            latency,
            "Bold: our p95 divided by theirs; less than 1 is faster. PocketBase's clients read server-sent "
            "events, the others WebSockets. The bare sockets write a ready-made frame to every socket, and "
            "do nothing else: what is possible on this machine.",
        ),
        Table(
            "sockets",
            "Memory (RSS) of the server's process with open subscriptions, MiB",
            ["", *names],
            memory,
            "Before they connected → connected → after the writes; of the first round.",
        ),
    ]


def _memory(results: list[Result]) -> str:
    first = results[0]
    return " → ".join(mebibytes(size) for size in (first.before, first.connected, first.after))


@contextmanager
def _subscribers(order: Order) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        ["timeout", str(CONNECT_SECONDS), sys.executable, "-m", "bench.api.subscribers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(order)) + "\n")
        process.stdin.flush()
        yield process
    finally:
        process.communicate()


def _answer(process: "subprocess.Popen[str]", line: str) -> str:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()
    return _line(process)


def _expect(process: "subprocess.Popen[str]", wanted: str) -> None:
    line = _line(process)
    assert line == wanted, line


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError("the subscribers ended; see their error above")
    return line
