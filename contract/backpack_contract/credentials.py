"""The keys of a backpack's credentials Secret, and how its values are formed.

The operator makes the Secret once, and changes it where a rotation is asked for; the API,
the database and the cache each read from it only the keys they need.
"""

import hashlib

MONGO_USERNAME = "mongo-username"
MONGO_PASSWORD = "mongo-password"  # noqa: S105  the name of a key, not a password
MONGO_ROOT_PASSWORD = "mongo-root-password"  # noqa: S105
"""Of the database's own administrator, where the engine has one; never given to the API."""
REDIS_PASSWORD = "redis-password"  # noqa: S105
REDIS_ACL = "redis-users.acl"
"""Redis' own user list: it holds a digest of the password, so that the cache's
pod is never given the password itself."""

PUBLISHABLE_KEY = "publishable-key"
"""Names the application that calls. It is in the application's pages, so no secret:
it stands here because it is made once and kept like the others."""

MONGO_SPARE_USERNAME = "mongo-spare-username"
MONGO_SPARE_PASSWORD = "mongo-spare-password"  # noqa: S105
"""The database has two users for the API, which take turns: this is the one that it does not
use now. It is there from the first rotation on, of MongoDB from the start."""
MONGO_SPARE_NEXT_PASSWORD = "mongo-spare-next-password"  # noqa: S105
"""What the spare user's password is being changed to."""
REDIS_SPARE_PASSWORD = "redis-spare-password"  # noqa: S105
"""During a rotation: the password that counts besides, the next one or the former."""
PUBLISHABLE_SPARE_KEY = "publishable-spare-key"
"""The same of the publishable key."""

SPARE_KEYS = (
    MONGO_SPARE_USERNAME,
    MONGO_SPARE_PASSWORD,
    MONGO_SPARE_NEXT_PASSWORD,
    REDIS_SPARE_PASSWORD,
    PUBLISHABLE_SPARE_KEY,
)
"""What is there only at times."""

KEYS = (MONGO_USERNAME, MONGO_PASSWORD, MONGO_ROOT_PASSWORD, REDIS_PASSWORD, REDIS_ACL, PUBLISHABLE_KEY)

API_KEYS = (MONGO_USERNAME, MONGO_PASSWORD, REDIS_PASSWORD, PUBLISHABLE_KEY)
"""Those that the API is given, and is restarted for when one changes."""


def redis_digests(password: str, spare: str | None = None) -> tuple[str, ...]:
    """What Redis keeps of the passwords that count: their SHA-256 in lower-case hex, sorted,
    so that it does not matter which of the two is used."""
    passwords = (password,) if spare is None else (password, spare)
    return tuple(sorted(hashlib.sha256(one.encode()).hexdigest() for one in passwords))


def redis_acl(password: str, spare: str | None = None) -> str:
    """The content of Redis' ACL file in which `default` has this password, or these two.

    Source: the `#<hash>` rule of Redis' ACL syntax.
    """
    rules = " ".join(f"#{digest}" for digest in redis_digests(password, spare))
    return f"user default on {rules} ~* &* +@all\n"
