"""Whether creating a document costs more the more there are."""

import statistics

from bench.api.measures.rates import VARIETY, run
from bench.api.peers import bare_driver
from bench.api.peers.peer import document
from bench.api.stage import Stage
from bench.report import Table, ratio

FEW = 1000


def table(stage: Stage) -> Table:
    """Creates a second into a collection of a thousand documents and into a grown one, in turns."""
    options = stage.options
    sizes = {"growth_few": FEW, "growth_many": options.grown}
    rates: dict[tuple[str, str], list[float]] = {}
    for peer in stage.peers:
        for name, size in sizes.items():
            peer.make_collection(name)
            peer.fill(name, size)
    for _ in range(options.rounds):
        for name in sizes:
            for peer in stage.peers:
                sent = [peer.create(name, document(number)) for number in range(VARIETY)]
                load = run(peer, sent, options.seconds, options.connections)
                rates.setdefault((peer.name, name), []).append(load.rate)
            if stage.with_driver:
                times = {"seconds": options.seconds, "warm_up": options.warm_up}
                rate = bare_driver.rate(stage.backpack, name, "create", **times)
                rates.setdefault((bare_driver.NAME, name), []).append(rate)
    rows = []
    for server in dict.fromkeys(server for server, _ in rates):
        few, many = (statistics.median(rates[server, name]) for name in sizes)
        print(f"  growth: {server} {few:,.0f} -> {many:,.0f}", flush=True)
        rows.append([server, f"{few:,.0f}", f"{many:,.0f}", f"**{ratio(many, few)}**"])
    return Table(
        "growth",
        "Creates a second, by how many documents the collection begins with",
        ["", f"{FEW:,}", f"{options.grown:,}", "of it"],
        rows,
    )
