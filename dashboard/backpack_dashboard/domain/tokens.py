"""Personal access tokens: what programs send instead of a session.

A token is `bpt_ADMIN_ID_SECRET`. Its prefix lets secret scanners know it; the rest says where
its hash is to be found, so that finding it needs no list of all.
"""

import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from backpack_dashboard.domain.sessions import digest

READ, WRITE, DEPLOY, USERS, DATA = "read", "write", "deploy", "users", "data"
SCOPES = {
    READ: "look at backpacks, their releases, logs and figures",
    WRITE: "create, change and delete backpacks",
    DEPLOY: "deploy sites: upload, activate and delete releases",
    USERS: "list and administer the users of applications",
    DATA: "take whole backpacks away as archives, and put archives in",
}
"""What a token may do, in words. Each has `read`: who changes something must see it."""
LIFETIMES = (7, 30, 90, 365)
"""Days, one of which a token lives."""
MAX_NAME = 60
MAX_TOKENS = 20
"""Of one account."""

_FORM = re.compile(r"bpt_([a-z][a-z0-9-]{0,62})_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is kept of one."""

    id: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at

    def fits(self, text: str) -> bool:
        """Whether this text is the token, in a time that tells nothing."""
        return hmac.compare_digest(digest(text), self.hash)

    def to_json(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "hash": self.hash,
                "scopes": self.scopes,
                "created": int(self.created_at.timestamp()),
                "expires": int(self.expires_at.timestamp()),
            }
        )

    @classmethod
    def from_json(cls, id_: str, text: str) -> "ApiToken":
        """Raises `ValueError`, `KeyError` or `TypeError` where it isn't one of ours."""
        value = json.loads(text)
        return cls(
            id=id_,
            name=value["name"],
            hash=value["hash"],
            scopes=tuple(value["scopes"]),
            created_at=datetime.fromtimestamp(value["created"], UTC),
            expires_at=datetime.fromtimestamp(value["expires"], UTC),
        )


def whole(admin: str, id_: str, secret: str) -> str:
    """The token itself."""
    return f"bpt_{admin}_{id_}_{secret}"


def parts_of(text: str) -> tuple[str, str] | None:
    """The admin's name and the token's id; None where it is no token."""
    found = _FORM.fullmatch(text)
    return (found.group(1), found.group(2)) if found else None
