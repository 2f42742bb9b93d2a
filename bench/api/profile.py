"""Where the core API's time goes: `python -m bench.api.profile get [--seconds 8]`.

Puts wrk's load of one verb on it. Tells the processor time that each process takes for
one call, which says more than a rate while the machine has other work; and with
`--spy FILE` has py-spy record the API's stacks (`--format raw`: one stack a line).
"""

import argparse
import contextlib
import subprocess
from collections.abc import Iterator

import psutil

from bench.api.measures.rates import requests_of, run
from bench.api.options import RATES, Options
from bench.api.peers import bare_driver
from bench.api.stage import TASKS, Stage
from bench.table import print_table

INTO = "inbox"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.api.profile", description=__doc__)
    parser.add_argument("verbs", nargs="+", choices=RATES)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument(
        "--spy", help="the file for py-spy's stacks; of the last verb where there are several"
    )
    parser.add_argument("--driver", action="store_true", help="also what the bare driver takes")
    given = parser.parse_args()
    with Stage(Options(peers=("backpack",))) as stage:
        peer = stage.backpack
        peer.make_collection(INTO)
        ids = peer.ids(TASKS, stage.options.documents)
        pids = {"API": peer.pid(), **{name: pid for name, (pid,) in peer.store_pids().items()}}
        rows = []
        for verb in given.verbs:
            sent = requests_of(peer, verb, ids, INTO)
            run(peer, sent, 2, given.connections)
            before = {name: _cpu_seconds(pid) for name, pid in pids.items()}
            with _spied(pids["API"], given.seconds, given.spy):
                load = run(peer, sent, given.seconds, given.connections)
            calls = load.rate * given.seconds
            spent = [(_cpu_seconds(pid) - before[name]) / calls * 1e6 for name, pid in pids.items()]
            rows.append([verb, f"{load.rate:,.0f}", *(f"{micros:,.0f}" for micros in spent)])
            if given.driver and verb != "login":
                into = INTO if verb == "create" else TASKS
                rate = bare_driver.rate(peer, into, verb, seconds=given.seconds, warm_up=1)
                rows.append(["  bare driver", f"{rate:,.0f}", *("" for _ in pids)])
        header = ["", "calls/s", *(f"{name}, µs of CPU a call" for name in pids)]
        print_table(f"{given.connections} connections", header, rows)


def _cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def _spied(pid: int, seconds: float, file: str | None) -> Iterator[None]:
    if file is None:
        yield
        return
    command = ["py-spy", "record", "--pid", str(pid), "--duration", str(round(seconds)), "--rate", "200"]
    with subprocess.Popen([*command, "--format", "raw", "--output", file], stdout=subprocess.DEVNULL):
        yield


if __name__ == "__main__":
    main()
