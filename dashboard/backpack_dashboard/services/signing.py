"""Tokens for the admin listeners of backpacks, signed with the operator's key."""

import json
import time

import jwt

from backpack_contract import admin_tokens
from backpack_contract.signing_keys import READ_AGAIN_SECONDS
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import Unavailable
from backpack_dashboard.stores.secrets import SecretStore


class Signing:
    """Reads the key when it is needed, and again from time to time."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._key: jwt.PyJWK | None = None
        self._read_at = float("-inf")

    async def authorization(self, admin: Admin, backpack: Backpack) -> str:
        """The value of the `Authorization` header for one connection."""
        key = await self._current()
        token = jwt.encode(
            dict(admin_tokens.claims(admin.name, backpack.uid, time.time())),
            key,
            algorithm=admin_tokens.ALGORITHM,
            headers=dict(admin_tokens.header(str(key.key_id))),
        )
        return admin_tokens.authorization(token)

    def forget(self) -> None:
        """Read the key anew before the next token: one was refused."""
        self._read_at = float("-inf")

    async def _current(self) -> jwt.PyJWK:
        now = time.monotonic()
        if self._key is None or now - self._read_at > READ_AGAIN_SECONDS:
            self._key = _signing_key(await self._store.signing_keys())
            self._read_at = now
        return self._key


def _signing_key(text: str | None) -> jwt.PyJWK:
    if text is None:
        raise Unavailable("The operator hasn't made its signing keys yet. Look whether it runs.")
    try:
        return jwt.PyJWK.from_dict(json.loads(text)["keys"][0], algorithm=admin_tokens.ALGORITHM)
    except (ValueError, KeyError, IndexError, TypeError, jwt.PyJWTError) as error:
        raise Unavailable(
            "The signing keys can't be read: restore the Secret, or let the operator make new ones."
        ) from error
