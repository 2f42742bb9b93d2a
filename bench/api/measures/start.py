"""From starting the server's process to its first success of being ready, and what it
holds in memory once it idles."""

import statistics
import time

import psutil

from bench.api.peers.peer import Peer
from bench.api.stage import Stage
from bench.report import Table, ratio
from bench.table import mebibytes

SETTLE_SECONDS = 8.0
"""How long a server idles before its memory is read: what start-up needed is freed by then, or never."""


def start_table(stage: Stage) -> Table:
    """Stop and start each server; its stores run on."""
    times: dict[str, list[float]] = {peer.name: [] for peer in stage.peers}
    for _ in range(stage.options.starts):
        for peer in stage.peers:
            peer.stop()
            times[peer.name].append(peer.start())
    medians = {name: statistics.median(found) for name, found in times.items()}
    ours, *others = stage.peers
    cells = ["start to ready", f"{medians[ours.name]:.2f}"]
    cells += [
        f"{medians[one.name]:.2f} · **{ratio(medians[ours.name], medians[one.name])}**" for one in others
    ]
    return Table(
        "start",
        f"Seconds from starting the process to ready, median of {stage.options.starts}",
        ["", *(peer.name for peer in stage.peers)],
        [cells],
        "Bold: ours divided by theirs. The stores ran already; ready means that they answered.",
    )


def idle_table(stage: Stage) -> Table:
    """Memory of a fresh server after one signed-in request."""
    rows = []
    for peer in stage.peers:
        own = fresh_rss(peer)
        stores = {name: sum(_pss(pid) for pid in pids) for name, pids in peer.store_pids().items()}
        named = [f"{name} {mebibytes(size)}" for name, size in stores.items()]
        rows.append(
            [
                peer.name,
                mebibytes(own),
                ", ".join(named) or "in the same process",
                mebibytes(own + sum(stores.values())),
            ]
        )
    return Table(
        "idle",
        "Memory of an idle server, MiB",
        ["", "its process (RSS)", "its stores (PSS)", "together"],
        rows,
        "Fresh, after signing in once. The stores hold what this run had written.",
    )


def _pss(pid: int) -> int:
    """A process's memory with its share of what it shares: PostgreSQL's processes share most."""
    return int(psutil.Process(pid).memory_full_info().pss)


def fresh_rss(peer: Peer) -> int:
    """The server's memory some seconds after a restart and one sign-in."""
    peer.stop()
    peer.start()
    peer.sign_up()
    time.sleep(SETTLE_SECONDS)
    return peer.rss()
