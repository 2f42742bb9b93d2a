"""Slowing down who guesses passwords and links, by account and by address.

Delays grow with each failure up to a bound: a guesser gets nowhere, and nobody is
locked out for long. An address that no account has counts like one that has.
"""

import asyncio
import hashlib
from collections.abc import Awaitable
from typing import Protocol

FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 50
"""Whole offices share one address."""
FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 60_000


class Counts(Protocol):
    """`FailureCounts`, as a program's store tells of its failures."""

    def wait_ms(self, subject: str, /) -> Awaitable[int]: ...

    def fail(self, subject: str, /, *, free: int, first_ms: int, longest_ms: int) -> Awaitable[None]: ...

    def forget(self, subject: str, /) -> Awaitable[None]: ...


class GuessDelays:
    """Counts failures, and says how long the next try must wait."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    async def wait_seconds(self, account: str | None, address: str | None) -> int:
        """How long this account or link, or address, must wait; 0: not at all. None: there is
        no account, or the address isn't known."""
        subjects = ([_account(account)] if account else []) + ([_address(address)] if address else [])
        wait = max(await asyncio.gather(*(self._counts.wait_ms(subject) for subject in subjects)), default=0)
        return -(-wait // 1000)

    async def failed(self, account: str | None, address: str | None) -> None:
        """Count a failure."""
        if account:
            await self._counts.fail(
                _account(account), free=FREE_BY_ACCOUNT, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
            )
        if address:
            await self._counts.fail(
                _address(address), free=FREE_BY_ADDRESS, first_ms=FIRST_DELAY_MS, longest_ms=LONGEST_DELAY_MS
            )

    async def succeeded(self, account: str) -> None:
        """Forget the account's failures. The address's stay: its owner may have an
        account of his own."""
        await self._counts.forget(_account(account))


def _account(account: str) -> str:
    return "account:" + hashlib.sha256(account.encode()).hexdigest()


def _address(address: str) -> str:
    return f"address:{address}"
