"""The figures as tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.operator.measures.idle import Idle
from bench.operator.measures.looking import Looks
from bench.operator.measures.repair import Repairs
from bench.operator.measures.restart import Restart
from bench.operator.spans import Span
from bench.report import Plot, Table, ratio
from bench.table import mebibytes
from support.operated_cluster import CHILDREN_OF_ONE


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of a fleet of one size. Times in seconds, memory in bytes."""

    backpacks: int
    baseline: Span
    creation: Span
    rss: int
    """Once all are Ready."""
    peak_rss: int
    restart: Restart


@dataclass(frozen=True, slots=True)
class Whole:
    """What was measured of the fleet that everything is measured of; None: not asked for."""

    size: Size
    idle: Idle | None
    looks: Looks | None
    repairs: Repairs | None
    others: int


def figures(found: Whole) -> Table:
    size = found.size
    ours, loop = size.creation, size.baseline
    rows = [
        [
            "created, until all children are applied",
            "≤ 1.5× the loop",
            f"{ours.seconds:.1f} s; the loop: {loop.seconds:.1f} s; **{ratio(ours.seconds, loop.seconds)}**",
        ],
        [
            "created: processor time of the operator; of the API server and etcd",
            "",
            f"{ours.own:.1f} s; {ours.servers:.1f} s; with the loop: {loop.own:.1f} s; {loop.servers:.1f} s",
        ],
    ]
    if (idle := found.idle) is not None:
        rows += [
            [f"idle for {idle.seconds:.0f} s: requests that change something", "0", str(idle.written)],
            [
                f"idle: processor, with {idle.looks.count:,} reconciles of a resync",
                "< 1 % of a core",
                f"{idle.share:.2%}",
            ],
        ]
    rows += [
        ["memory (RSS): all Ready; the most ever", "≤ 300 MiB", _memory(size.rss, size.peak_rss)],
        [
            "started again: all reconciled; requests that change something",
            "< 60 s; 0",
            f"{size.restart.seconds:.1f} s; {size.restart.written}",
        ],
        [
            "started again: memory; the most ever",
            "≤ 300 MiB",
            _memory(size.restart.rss, size.restart.peak_rss),
        ],
    ]
    if (repairs := found.repairs) is not None:
        rows.append(
            [
                f"a deleted child is back while {found.others} others change: "
                f"p50; p99 of {len(repairs.times)}",
                "p99 ≤ 2 s",
                f"{repairs.quantile(0.5):.2f} s; {repairs.quantile(0.99):.2f} s",
            ]
        )
    if (looks := found.looks) is not None:
        rows.append(
            [
                f"a reconcile that finds nothing to do: mean; p99 of {looks.count}",
                "p99 < 50 ms",
                f"{looks.mean * 1000:.1f} ms; {looks.quantile(0.99) * 1000:.0f} ms",
            ]
        )
    return Table(
        "operator",
        f"The operator with {size.backpacks:,} Backpacks, {size.backpacks * CHILDREN_OF_ONE:,} children",
        ["", "asked for", "measured"],
        rows,
    )


def growth(sizes: Sequence[Size]) -> Table:
    rows = [
        [
            f"{size.backpacks:,}",
            f"{size.creation.seconds:.1f}",
            f"{size.creation.seconds / size.backpacks * 1000:.0f}",
            f"{size.baseline.seconds:.1f} · **{ratio(size.creation.seconds, size.baseline.seconds)}**",
            f"{size.restart.seconds:.1f}",
            f"{size.restart.seconds / size.backpacks * 1000:.0f}",
            mebibytes(size.rss),
            mebibytes(max(size.peak_rss, size.restart.peak_rss)),
        ]
        for size in sizes
    ]
    header = [
        "Backpacks",
        "created, s",
        "ms each",
        "the loop, s",
        "started again, s",
        "ms each",
        "RSS, MiB",
        "the most",
    ]
    note = "Bold: the operator's time divided by the loop's."
    return Table("operator_growth", "By the number of Backpacks", header, rows, note)


def plots(sizes: Sequence[Size]) -> list[Plot]:
    """Of one Backpack each: what grows linearly is level."""
    names = [f"{size.backpacks:,}" for size in sizes]
    return [
        Plot(
            "operator_growth_time",
            "Time for each, by the number of Backpacks",
            "Backpacks",
            names,
            "created, ms each",
            line=[size.creation.seconds / size.backpacks * 1000 for size in sizes],
            bars=[size.baseline.seconds / size.backpacks * 1000 for size in sizes],
            note="The line is the operator, the bars are the loop. Linear growth would be level.",
        ),
        Plot(
            "operator_growth_own",
            "Processor time of the operator for each, by the number of Backpacks",
            "Backpacks",
            names,
            "created, ms of a core each",
            line=[size.creation.own / size.backpacks * 1000 for size in sizes],
            note="Linear growth would be level.",
        ),
        Plot(
            "operator_growth_memory",
            "Memory for each, by the number of Backpacks",
            "Backpacks",
            names,
            "the most, KiB each",
            line=[max(size.peak_rss, size.restart.peak_rss) / size.backpacks / 1024 for size in sizes],
            note="With what the program takes by itself. Linear growth would be level.",
        ),
    ]


def _memory(now: int, most: int) -> str:
    return f"{mebibytes(now)} MiB; {mebibytes(most)} MiB"
