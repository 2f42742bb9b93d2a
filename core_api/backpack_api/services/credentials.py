"""Whether a password is right, without letting anybody try many."""

from backpack_api.services.passwords import PasswordService
from backpack_api.services.throttling import SignInThrottle


class CredentialService:
    """Verifies passwords, slowly for who was wrong before."""

    def __init__(self, passwords: PasswordService, throttle: SignInThrottle) -> None:
        self._passwords = passwords
        self._throttle = throttle

    async def verify(self, account: str, password: str, hash_: str | None, *, address: str | None) -> bool:
        """Whether the password is the one of this hash; without a hash False, after the same
        time and counted alike. Raises `TooManyRequests` or `Overloaded`."""
        await self._throttle.check(account, address)
        async with self._passwords.turn():
            # Again: of a hundred tries at once, most wait here while the first ones fail.
            await self._throttle.check(account, address)
            matches = await self._passwords.verify(password, hash_)
            if not matches:
                await self._throttle.failed(account, address)
        if matches:
            await self._throttle.succeeded(account)
        return matches
