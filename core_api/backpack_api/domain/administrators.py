"""Who administers a backpack, and which claims of a token say so."""

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backpack_contract import admin_tokens

KEY_BYTES = 32
MAX_NAME_LENGTH = 253
LEEWAY_SECONDS = 5
"""By how much the clock of who signs may be ahead of this one."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who is on the other side of a call to the admin listener."""

    name: str

    @property
    def is_operator(self) -> bool:
        return self.name == admin_tokens.OPERATOR


def key_bytes(x: str) -> bytes | None:
    """The 32 bytes of an Ed25519 public key in base64url without padding; None where
    the text is no such key."""
    try:
        raw = base64.b64decode(x + "=" * (-len(x) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == KEY_BYTES else None


def administrator_of(claims: Mapping[str, Any], audience: str, now: float) -> Administrator | None:
    """Whom a token's claims speak for, None where they don't count here and now. The
    signature must have been checked; `now` is in seconds since 1970."""
    name = claims.get(admin_tokens.SUBJECT)
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_LENGTH:
        return None
    if claims.get(admin_tokens.AUDIENCE) != audience:
        return None
    expires = _moment(claims.get(admin_tokens.EXPIRES))
    if expires is None or not now < expires <= now + admin_tokens.MAX_AGE_SECONDS + LEEWAY_SECONDS:
        return None
    for claim in (admin_tokens.ISSUED_AT, "nbf"):
        begins = _moment(claims.get(claim, now))
        if begins is None or begins > now + LEEWAY_SECONDS:
            return None
    return Administrator(name)


def _moment(value: Any) -> float | None:
    """Seconds since 1970, None where the value is no number of them."""
    return value if type(value) is int or (type(value) is float and math.isfinite(value)) else None
