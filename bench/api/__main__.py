"""`python -m bench.api`: every measurement that was asked for, then the tables."""

import sys

from bench.api import options as options_module
from bench.api import report
from bench.api.measures import fanout, growth, hashing, rates, start, upload
from bench.api.stage import Stage


def main() -> int:
    options = options_module.parse()
    tables = []
    with Stage(options) as stage:
        if set(options.only) & set(options_module.RATES):
            tables.append(rates.table(stage))
        if "hash" in options.only:
            tables.append(hashing.table(stage))
        if "growth" in options.only:
            tables.append(growth.table(stage))
        if "fanout" in options.only:
            tables.extend(fanout.tables(stage))
        if "start" in options.only:
            tables.append(start.start_table(stage))
        if "idle" in options.only:
            tables.append(start.idle_table(stage))
        if "upload" in options.only:
            tables.append(upload.table(stage))
    for table in tables:
        print(f"\n{table.markdown()}")
    if options.write:
        report.write(tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
