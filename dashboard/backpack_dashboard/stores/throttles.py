"""Counts of failed tries to sign in."""

from backpack_common.failure_counts import FailureCounts
from backpack_dashboard.stores.redis import Cache, cache_errors


class ThrottleStore:
    """The counts, whose failures to reach Redis are told as those of every store."""

    def __init__(self, cache: Cache) -> None:
        counts = FailureCounts(cache.client)
        self.wait_ms = cache_errors(counts.wait_ms)
        self.fail = cache_errors(counts.fail)
        self.forget = cache_errors(counts.forget)
