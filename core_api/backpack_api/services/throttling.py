"""Slowing down who guesses passwords."""

from backpack_api.problems import TooManyRequests
from backpack_common.guess_delays import GuessDelays


class SignInThrottle(GuessDelays):
    """Counts failures of signing in, and refuses tries that come too soon."""

    async def check(self, account: str, address: str | None) -> None:
        """Raise `TooManyRequests` where this account or address must wait."""
        seconds = await self.wait_seconds(account, address)
        if seconds > 0:
            raise TooManyRequests(f"Too many failed attempts. Try again in {seconds} s.", retry_after=seconds)
