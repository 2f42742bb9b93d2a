"""The credentials of a backpack: made once, completed where a key is missing, replaced only
by a rotation (see `rotation`)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backpack_contract.credentials import (
    MONGO_PASSWORD,
    MONGO_ROOT_PASSWORD,
    MONGO_SPARE_PASSWORD,
    MONGO_SPARE_USERNAME,
    MONGO_USERNAME,
    PUBLISHABLE_KEY,
    REDIS_ACL,
    REDIS_PASSWORD,
    REDIS_SPARE_PASSWORD,
    SPARE_KEYS,
    redis_acl,
)

MONGO_USER = "backpack"
MONGO_SECOND_USER = "backpack-b"
PUBLISHABLE_PREFIX = "bp_pk_"
"""By it, scanners of repositories and people tell the key from one that is secret."""


@dataclass(frozen=True, slots=True)
class FreshPasswords:
    """Passwords that may be used where one is missing; new ones for each reconcile."""

    mongo: str
    mongo_root: str
    redis: str
    publishable: str
    mongo_spare: str

    def __repr__(self) -> str:
        return "FreshPasswords(...)"

    @classmethod
    def make(cls, token: Callable[[int], str] = secrets.token_urlsafe) -> "FreshPasswords":
        """256 bits each, the publishable key 192, in letters that need no escaping in a URL
        or an ACL file."""
        return cls(
            mongo=token(32),
            mongo_root=token(32),
            redis=token(32),
            publishable=PUBLISHABLE_PREFIX + token(24),
            mongo_spare=token(32),
        )


def other_user(name: str) -> str:
    """The other of the two users that take turns in a database."""
    return MONGO_USER if name != MONGO_USER else MONGO_SECOND_USER


def complete(
    existing: Mapping[str, str] | None, fresh: FreshPasswords, *, second_user: bool = False
) -> dict[str, str]:
    """All keys of the Secret: what exists stays as it is; Redis' user list is made
    from its passwords, so that the two can't disagree. `second_user`: whether a database
    that is set up now gets both its users at once, as it could not be given one later
    without a restart."""
    present = {key: value for key, value in (existing or {}).items() if value}
    redis = present.get(REDIS_PASSWORD, fresh.redis)
    spare = {key: present[key] for key in SPARE_KEYS if key in present}
    if second_user and existing is None:
        spare = {MONGO_SPARE_USERNAME: MONGO_SECOND_USER, MONGO_SPARE_PASSWORD: fresh.mongo_spare}
    return {
        **spare,
        MONGO_USERNAME: present.get(MONGO_USERNAME, MONGO_USER),
        MONGO_PASSWORD: present.get(MONGO_PASSWORD, fresh.mongo),
        MONGO_ROOT_PASSWORD: present.get(MONGO_ROOT_PASSWORD, fresh.mongo_root),
        REDIS_PASSWORD: redis,
        REDIS_ACL: redis_acl(redis, present.get(REDIS_SPARE_PASSWORD)),
        PUBLISHABLE_KEY: present.get(PUBLISHABLE_KEY, fresh.publishable),
    }


def opens_database(existing: Mapping[str, str] | None) -> bool:
    """Whether the Secret still holds what the database was set up with. The database
    takes its password only when it is first started, so a new one would not open it."""
    return bool(existing and existing.get(MONGO_PASSWORD))
