"""Slowing down who guesses passwords and links."""

from backpack_common.guess_delays import GuessDelays
from backpack_dashboard.errors import TooManyTries


class Throttle(GuessDelays):
    """Counts failures, and refuses tries that come too soon."""

    async def check(self, subject: str | None, address: str | None) -> None:
        """Raise `TooManyTries` where this account or link, or address, must wait."""
        seconds = await self.wait_seconds(subject, address)
        if seconds > 0:
            raise TooManyTries(seconds)
