"""Checking the tokens of the admin listener."""

import logging
from collections.abc import Callable
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.types import Options

from backpack_api.domain.administrators import Administrator, administrator_of, key_bytes
from backpack_api.logs import FIELDS
from backpack_api.problems import NotSignedIn
from backpack_api.services.configuration import LiveConfiguration
from backpack_contract import admin_tokens
from backpack_contract.configuration import BackpackConfiguration

REFUSAL = "Every call to the admin listener carries an administrator's token for this backpack."
"""In the same words whatever is wrong with a token: who has none learns nothing."""

SIGNATURE_ONLY: Options = {
    "require": list(admin_tokens.REQUIRED),
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}

log = logging.getLogger("backpack_api.admin")


class AdminTokens:
    """Knows the public keys of the configuration in force."""

    def __init__(self, live: LiveConfiguration, now: Callable[[], datetime]) -> None:
        self._live = live
        self._now = now
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._take_keys(live.current)
        live.on_change(self._take_keys)

    def verify(self, token: str) -> Administrator:
        """Whose token it is. Raises `NotSignedIn`."""
        for key in self._keys_for(token):
            try:
                # PyJWT looks at the signature only: what the claims must say, the domain decides.
                claims = jwt.decode(token, key, algorithms=[admin_tokens.ALGORITHM], options=SIGNATURE_ONLY)
            except jwt.InvalidTokenError:
                continue
            administrator = administrator_of(claims, self._live.current.uid, self._now().timestamp())
            if administrator is not None:
                return administrator
        raise NotSignedIn(REFUSAL)

    def _keys_for(self, token: str) -> list[Ed25519PublicKey]:
        """The key that the token names; all of them where it names none."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError:
            return []
        if kid is None:
            return list(self._keys.values())
        return [self._keys[kid]] if kid in self._keys else []

    def _take_keys(self, configuration: BackpackConfiguration) -> None:
        keys: dict[str, Ed25519PublicKey] = {}
        for key in configuration.admin_keys:
            raw = key_bytes(key.x)
            if raw is None:
                log.error("an admin key is no Ed25519 public key", extra={FIELDS: {"kid": key.kid}})
            else:
                keys[key.kid] = Ed25519PublicKey.from_public_bytes(raw)
        self._keys = keys
