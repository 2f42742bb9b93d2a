"""The keys of a backpack's credentials Secret, and how its values are formed.

The operator makes the Secret once; the API, the database and the cache each
read from it only the keys they need.
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

KEYS = (MONGO_USERNAME, MONGO_PASSWORD, MONGO_ROOT_PASSWORD, REDIS_PASSWORD, REDIS_ACL, PUBLISHABLE_KEY)

API_KEYS = (MONGO_USERNAME, MONGO_PASSWORD, REDIS_PASSWORD, PUBLISHABLE_KEY)
"""Those that the API is given, and is restarted for when one changes."""


def redis_acl(password: str) -> str:
    """The content of Redis' ACL file in which `default` has this password.

    Source: the `#<hash>` rule of Redis' ACL syntax, a SHA-256 in lower-case hex.
    """
    digest = hashlib.sha256(password.encode()).hexdigest()
    return f"user default on #{digest} ~* &* +@all\n"
