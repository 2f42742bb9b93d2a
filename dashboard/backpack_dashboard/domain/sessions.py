"""Sessions of administrators."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from backpack_dashboard.domain.admins import Admin

COOKIE = "backpack_admin"


def cookie_name(*, secure: bool) -> str:
    """Sites of backpacks are sibling hosts and run anyone's JavaScript: with `__Host-`
    they can't set this cookie. Browsers take the prefix only over HTTPS."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def digest(token: str) -> str:
    """What is kept of a token: it tells nobody the token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `role` is the admin's at that time: with another one the session ends."""

    id: str
    digest: str
    admin: str
    admin_uid: str
    role: str
    csrf: str
    """What forms must send back: other sites can't know it."""
    created_at: datetime
    seen_at: datetime
    agent: str

    def seen(self, now: datetime) -> "Session":
        return replace(self, seen_at=now)


def counts(session: Session, admin: Admin | None) -> bool:
    """Whether the session is still good for the account as it is now: a new one of the same
    name, another role and a disabled account end it."""
    return (
        admin is not None and admin.uid == session.admin_uid and admin.role == session.role and admin.active
    )
