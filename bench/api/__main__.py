"""`python -m bench.api`: every measurement that was asked for, then the tables."""

import subprocess
import sys
from collections.abc import Callable, Sequence

import httpx

from bench import report
from bench.api import options as options_module
from bench.api.load import Refused
from bench.api.measures import fanout, growth, hashing, rates, start, upload
from bench.api.stage import Stage
from bench.report import Table

Measure = Callable[[Stage], Sequence[Table]]

MEASURES: dict[Measure, tuple[str, ...]] = {
    lambda stage: [rates.table(stage)]: options_module.RATES,
    lambda stage: [hashing.table(stage)]: ("hash",),
    fanout.tables: ("fanout",),
    lambda stage: [start.start_table(stage)]: ("start",),
    lambda stage: [start.idle_table(stage)]: ("idle",),
    lambda stage: [upload.table(stage)]: ("upload",),
    lambda stage: [growth.table(stage)]: ("growth",),
}
"""In this order, with the names that ask for them. What fills the stores comes last."""

_FAILURES = (AssertionError, RuntimeError, OSError, Refused, subprocess.SubprocessError, httpx.HTTPError)


def main() -> int:
    options = options_module.parse()
    failed = False
    with Stage(options) as stage:
        for measure, names in MEASURES.items():
            if not set(names) & set(options.only):
                continue
            try:
                tables = measure(stage)
            except _FAILURES as error:
                # An hour's other figures are worth keeping.
                print(f"\n{'/'.join(names)}: failed: {type(error).__name__}: {error}", file=sys.stderr)
                failed = True
                continue
            for table in tables:
                print(f"\n{table.markdown()}", flush=True)
                if options.write:
                    report.write(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
