"""The core API beside its peers, measured in one run: `make bench-api`.

    peers/     one module a server under test: starting it, users, collections, requests
    measures/  one module a measurement
    wrk/       what wrk sends

A figure is never told without its peers', taken in the same minutes on the same
machine: machines differ, ratios less so.
"""

import sys
from pathlib import Path

# The servers of the tests are the servers of the benchmarks.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
