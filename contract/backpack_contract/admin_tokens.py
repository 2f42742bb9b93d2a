"""Tokens of the admin listener: what who signs them and the API that checks them agree on.

A token is a JWT signed with Ed25519. Its header's `kid` names one of the keys in
`configuration.BackpackConfiguration.admin_keys`; it is sent as `Authorization: Bearer`,
with a WebSocket in the request that opens it, and is looked at only then.
"""

ALGORITHM = "EdDSA"
SCHEME = "Bearer"

MAX_AGE_SECONDS = 60
"""A token expires at most this long after it is used."""

OPERATOR = "operator"
"""The `sub` of the operator's own tokens, who alone may send a configuration. No
administrator may have this name."""

SUBJECT = "sub"
"""Who calls: an administrator's name."""
AUDIENCE = "aud"
"""The UID of the one backpack that the token is for: a string, never a list."""
ISSUED_AT = "iat"
EXPIRES = "exp"
REQUIRED = (SUBJECT, AUDIENCE, EXPIRES)


def claims(subject: str, audience: str, now: float) -> dict[str, str | int]:
    """The claims of a token for this administrator and backpack; `now` is in seconds
    since 1970."""
    issued = int(now)
    return {
        SUBJECT: subject,
        AUDIENCE: audience,
        ISSUED_AT: issued,
        EXPIRES: issued + MAX_AGE_SECONDS,
    }


def header(kid: str) -> dict[str, str]:
    """The JOSE header of a token that is signed with the key of this id."""
    return {"alg": ALGORITHM, "kid": kid, "typ": "JWT"}


def authorization(token: str) -> str:
    """The value of the `Authorization` header."""
    return f"{SCHEME} {token}"
