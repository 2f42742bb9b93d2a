"""Slowing down who guesses passwords and links, by account and by address. Delays grow with
each failure up to a bound; an address that no account has counts like one that has."""

import hashlib

from backpack_dashboard.errors import TooManyTries
from backpack_dashboard.stores.throttles import ThrottleStore

FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 50
"""Whole offices share one address."""
FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 60_000


class Throttle:
    """Counts failures, and refuses tries that come too soon."""

    def __init__(self, store: ThrottleStore) -> None:
        self._store = store

    async def check(self, subject: str, address: str | None) -> None:
        """Raise `TooManyTries` where this account or link, or address, must wait."""
        wait = await self._store.wait_ms(_account(subject))
        if address:
            wait = max(wait, await self._store.wait_ms(_address(address)))
        if wait > 0:
            raise TooManyTries(-(-wait // 1000))

    async def failed(self, subject: str, address: str | None) -> None:
        """Count a failure."""
        await self._store.fail(
            _account(subject), free=FREE_BY_ACCOUNT, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
        )
        if address:
            await self._store.fail(
                _address(address), free=FREE_BY_ADDRESS, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
            )

    async def succeeded(self, subject: str) -> None:
        """Forget the account's failures. The address's stay: its owner may have an
        account of his own."""
        await self._store.forget(_account(subject))


def _account(subject: str) -> str:
    return "account:" + hashlib.sha256(subject.encode()).hexdigest()


def _address(address: str) -> str:
    return f"address:{address}"
