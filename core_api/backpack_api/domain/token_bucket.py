"""How often something may happen: so many at once, and so many a second in the long run."""


class TokenBucket:
    """Full at first. The clock (seconds, monotonic) is passed in."""

    __slots__ = ("_burst", "_per_second", "_seen", "_tokens")

    def __init__(self, *, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._seen = 0.0

    def take(self, now: float) -> bool:
        """Take one token; False where there is none."""
        if now > self._seen:
            filled = min(self._burst, self._tokens + (now - self._seen) * self._per_second)
            self._tokens = max(self._tokens, filled)
            self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def catch_up(self, now: float) -> None:
        """Give all that the time since the last one is worth, even above what fits: to who was
        kept from taking any."""
        self._tokens += max(0.0, now - self._seen) * self._per_second
        self._seen = max(self._seen, now)
