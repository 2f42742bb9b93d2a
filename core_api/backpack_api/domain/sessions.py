"""What a session is."""

from dataclasses import dataclass
from datetime import datetime

PLAIN_COOKIE = "backpack_session"
SECURE_COOKIE = "__Host-backpack_session"


def cookie_name(*, secure: bool) -> str:
    """The session cookie's name: with the prefix, no sibling host can set it."""
    return SECURE_COOKIE if secure else PLAIN_COOKIE


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in client of a user."""

    id: str
    """Random, and no part of the token: it can be shown."""
    digest: str
    """SHA-256 of the token in hex: the session's key."""
    user_id: str
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
