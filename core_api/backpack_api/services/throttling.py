"""Slowing down who guesses passwords, by account and by address.

Delays grow with each failure up to a bound: a guesser gets nowhere, and nobody is
locked out for long. An address that no account has counts like one that has.
"""

import asyncio
import hashlib

from backpack_api.problems import TooManyRequests
from backpack_api.stores.throttles import ThrottleStore

FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 50
"""Whole offices share one address."""
FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 60_000


class SignInThrottle:
    """Counts failures of signing in, and refuses tries that come too soon."""

    def __init__(self, store: ThrottleStore) -> None:
        self._store = store

    async def check(self, account: str, address: str | None) -> None:
        """Raise `TooManyRequests` where this account or address must wait."""
        subjects = [_account(account)] + ([_address(address)] if address else [])
        wait = max(await asyncio.gather(*(self._store.wait_ms(subject) for subject in subjects)))
        if wait > 0:
            seconds = -(-wait // 1000)
            raise TooManyRequests(f"Too many failed attempts. Try again in {seconds} s.", retry_after=seconds)

    async def failed(self, account: str, address: str | None) -> None:
        """Count a wrong password."""
        await self._store.fail(
            _account(account), free=FREE_BY_ACCOUNT, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
        )
        if address:
            await self._store.fail(
                _address(address), free=FREE_BY_ADDRESS, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
            )

    async def succeeded(self, account: str) -> None:
        """Forget the account's failures. The address's stay: its owner may have an
        account of his own."""
        await self._store.forget(_account(account))


def _account(account: str) -> str:
    return "account:" + hashlib.sha256(account.encode()).hexdigest()


def _address(address: str) -> str:
    return f"address:{address}"
