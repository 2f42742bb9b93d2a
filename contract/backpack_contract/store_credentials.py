"""What the operator asks of an API during a rotation: to see to it that the stores take these
credentials. The body of `PUT /admin/credentials`; only the operator may send it.

The cache's are digests, which its own file of users has: the API has Redis read that file.
Of the database, one of its two users is to have this password.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from backpack_contract.configuration import ConfigurationError, read_object

PATH = "/admin/credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUser:
    """A user of the database, who may or may not exist."""

    username: str
    password: str = field(repr=False)
    former: str | None = field(default=None, repr=False)
    """What the password was, where it is known: with it the user can change it himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCredentials:
    """What both stores are to take."""

    cache: tuple[str, ...]
    """The SHA-256 of each password that counts, and of no other, in lower-case hex."""
    database: DatabaseUser

    def to_json(self) -> str:
        """One line of JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> "StoreCredentials":
        """Read what `to_json` wrote. Raises `ConfigurationError`, which names no value."""
        try:
            document: Any = json.loads(text)
        except ValueError as error:
            raise ConfigurationError("the credentials are not valid JSON") from error
        credentials: StoreCredentials = read_object(cls, document)
        return credentials
