"""Requests a second of the four verbs that an application makes all day, and of signing in."""

import statistics
from collections.abc import Callable

import httpx

from bench.api import load
from bench.api.peers import bare_driver
from bench.api.peers.peer import Peer, Request, document
from bench.api.stage import TASKS, Stage
from bench.report import Table, ratio

VARIETY = 1000
"""How many different requests are sent in turn."""
PAGE = 20
LOGIN_CONNECTIONS = 16

_WHAT = {
    "create": "create: `POST` of 3 fields",
    "get": "get one by id",
    "update": "update: a patch of one field",
    "list": f"list: the first {PAGE} of {VARIETY:,}",
    "login": "sign in",
}


def requests_of(peer: Peer, verb: str, ids: list[str], into: str) -> list[Request]:
    """What wrk sends for a verb."""
    made: dict[str, Callable[[int], Request]] = {
        "create": lambda number: peer.create(into, document(number)),
        "get": lambda number: peer.get(TASKS, ids[number % len(ids)]),
        "update": lambda number: peer.update(TASKS, ids[number % len(ids)], {"priority": number}),
        "list": lambda _: peer.first_page(TASKS, PAGE),
        "login": lambda _: peer.login(),
    }
    return [made[verb](number) for number in range(VARIETY)]


def measure(stage: Stage, verb: str) -> dict[str, list[load.Load]]:
    """By server, one result a round. Rounds alternate between the servers, so that a
    slow minute of the machine is everybody's."""
    options = stage.options
    into = f"inbox_{verb}"
    sent: dict[str, list[Request]] = {}
    for peer in stage.peers:
        peer.make_collection(into)
        sent[peer.name] = requests_of(peer, verb, peer.ids(TASKS, options.documents), into)
    results: dict[str, list[load.Load]] = {}
    connections = LOGIN_CONNECTIONS if verb == "login" else options.connections
    for number in range(options.rounds):
        for peer in stage.peers:
            if number == 0 and options.warm_up:
                run(peer, sent[peer.name], options.warm_up, connections)
            result = run(peer, sent[peer.name], options.seconds, connections)
            results.setdefault(peer.name, []).append(result)
        if stage.with_driver and verb != "login":
            collection = into if verb == "create" else TASKS
            times = {"seconds": options.seconds, "warm_up": options.warm_up}
            rate = bare_driver.rate(stage.backpack, collection, verb, **times)
            results.setdefault(bare_driver.NAME, []).append(load.Load(rate, 0, 0, 0))
    return results


def table(stage: Stage) -> Table:
    """One row a verb: each server's median, and what ours is of theirs."""
    names = [peer.name for peer in stage.peers]
    if stage.with_driver:
        names.insert(1, bare_driver.NAME)
    rows = []
    for verb in (one for one in _WHAT if one in stage.options.only):
        results = measure(stage, verb)
        medians = {name: statistics.median(one.rate for one in found) for name, found in results.items()}
        cells = [_WHAT[verb]]
        for name in names:
            if name not in medians:
                cells.append("–")
            elif name == names[0]:
                cells.append(f"{medians[name]:,.0f}")
            else:
                cells.append(f"{medians[name]:,.0f} · **{ratio(medians[names[0]], medians[name])}**")
        tails = [statistics.median(one.p99 for one in results[peer.name]) for peer in stage.peers]
        cells.append(" / ".join(f"{tail:,.0f}" for tail in tails))
        rows.append(cells)
        print(f"  {verb}: " + ", ".join(f"{name} {rate:,.0f}" for name, rate in medians.items()), flush=True)
    connections = f"{stage.options.connections} connections ({LOGIN_CONNECTIONS} for signing in)"
    rounds = f"{stage.options.rounds} × {stage.options.seconds:g} s each, the median counts"
    return Table(
        "rates",
        f"Calls a second: {connections}, {rounds}",
        ["", *names, "p99, ms: " + " / ".join(peer.name for peer in stage.peers)],
        rows,
        "Bold: ours divided by theirs; more than 1 is faster.",
    )


def run(peer: Peer, sent: list[Request], seconds: float, connections: int) -> load.Load:
    """wrk against this server, as its signed-in user.

    One request first, until its answer: servers go on with what a client that went away
    had asked for, and a run's last requests are not the next one's to wait for."""
    first = sent[0]
    with httpx.Client(base_url=f"http://{peer.host}", headers=peer.headers, timeout=120) as client:
        client.request(first.method, first.path, content=first.body or None).raise_for_status()
    return load.run(peer.host, peer.headers, sent, seconds=seconds, connections=connections)
