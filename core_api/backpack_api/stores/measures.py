"""How often the stores are called, how long they take, and how often they fail.

These belong to the process, as the stores' methods measure themselves; the registry
of an app shows them with its own.
"""

from prometheus_client import Counter, Histogram

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

SECONDS = Histogram(
    "backpack_store_call_duration_seconds",
    "Calls of the database and the cache, by store.",
    ["store"],
    buckets=BUCKETS,
    registry=None,
)
ERRORS = Counter(
    "backpack_store_errors",
    "Calls that didn't reach the store, by store.",
    ["store"],
    registry=None,
)
