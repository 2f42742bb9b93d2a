"""`python -m bench.operator`: every size that was asked for, then the tables."""

import sys

from bench import report
from bench.operator import baseline
from bench.operator import options as options_module
from bench.operator.measures import creation, idle, looking, repair, restart
from bench.operator.measures.settling import make_ready
from bench.operator.options import Options
from bench.operator.stage import stage
from bench.operator.tables import Size, Whole, figures, growth, plots
from bench.table import mebibytes


def main() -> int:
    options = options_module.parse()
    sizes, whole = [], None
    for backpacks in options.measured:
        found = _measure(options, backpacks)
        sizes.append(found.size)
        if backpacks == options.backpacks:
            whole = found
    assert whole is not None
    parts: list[report.Table | report.Plot] = [figures(whole)]
    if len(sizes) > 1:
        parts += [growth(sizes), *plots(sizes)]
    for part in parts:
        print(f"\n{part.markdown()}", flush=True)
        if options.write:
            report.write(part)
    return 0


def _measure(options: Options, backpacks: int) -> Whole:
    """Everything at the size that was asked for; at the others what growth is told of."""
    asked = options.only if backpacks == options.backpacks else ()
    with stage(backpacks) as empty:
        loop = baseline.measure(empty)
        _say(backpacks, f"the loop applied all children in {loop}")
    with stage(backpacks) as cluster, cluster.operator() as operator:
        created = creation.measure(cluster, operator)
        _say(backpacks, f"the operator in {created}")
        make_ready(cluster, operator)
        rss, peak = operator.rss, operator.peak_rss
        _say(backpacks, f"all Ready; {mebibytes(rss)} MiB, at most {mebibytes(peak)}")
        quiet = idle.measure(cluster, operator, options.idle) if "idle" in asked else None
        if quiet is not None:
            _say(backpacks, f"idle: {quiet.share:.2%} of a core, {quiet.written} written")
        looks = looking.measure(cluster, operator, options.looks) if "look" in asked else None
        if looks is not None:
            _say(
                backpacks,
                f"nothing to do: {looks.mean * 1000:.1f} ms, p99 {looks.quantile(0.99) * 1000:.0f} ms",
            )
        repairs = (
            repair.measure(cluster, operator, options.repairs, options.others) if "repair" in asked else None
        )
        if repairs is not None:
            _say(backpacks, f"repairs: p50 {repairs.quantile(0.5):.2f} s, p99 {repairs.quantile(0.99):.2f} s")
        again = restart.measure(cluster, operator)
        _say(
            backpacks,
            f"started again in {again.seconds:.1f} s, {again.cpu_seconds:.1f} s of processor, "
            f"{again.written} written; {mebibytes(again.rss)} MiB, at most {mebibytes(again.peak_rss)}",
        )
    return Whole(Size(backpacks, loop, created, rss, peak, again), quiet, looks, repairs, options.others)


def _say(backpacks: int, what: str) -> None:
    print(f"  {backpacks:,} Backpacks: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
