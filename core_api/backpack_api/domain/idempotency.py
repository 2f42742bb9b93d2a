"""Keys of retries: what makes two requests one (`Idempotency-Key`, an IETF draft)."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import orjson

from backpack_api.domain.actors import Actor
from backpack_api.problems import InvalidValue

MAX_LENGTH = 128
HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class RetryKey:
    """A key of one user's. Anyone without a session shares the keys of all who have none."""

    owner: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.blake2b(f"{self.owner}\0{self.text}".encode(), digest_size=16).hexdigest()

    def identifier(self, scope: str, number: int = 0) -> str:
        """The id of what the request makes, the same with each retry; `number` below 4096
        of several. They are in order, and where the key is a UUID of version 7, they have
        its time, so that they stand where they were made."""
        hashed = hashlib.blake2b(f"{self.digest}\0{scope}\0{number}".encode(), digest_size=8).digest()
        tail = int.from_bytes(hashed) & ((1 << 62) - 1)
        time, version = self._time()
        if time is None:
            of_all = hashlib.blake2b(f"{self.digest}\0{scope}".encode(), digest_size=6).digest()
            time = int.from_bytes(of_all)
        return str(uuid.UUID(int=time << 80 | version << 76 | number << 64 | 0b10 << 62 | tail))

    def _time(self) -> tuple[int | None, int]:
        try:
            key = uuid.UUID(self.text)
        except ValueError:
            return None, 8
        return (key.int >> 80, 7) if key.version == 7 else (None, 8)


def retry_key(text: str, actor: Actor, where: str = HEADER) -> RetryKey:
    """The key as a client gave it, bare or in quotes. Raises `InvalidValue`."""
    bare = text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text
    if not 1 <= len(bare) <= MAX_LENGTH or not (bare.isascii() and bare.isprintable()):
        raise InvalidValue.at(
            where, f"must have 1 to {MAX_LENGTH} printable ASCII characters, such as a UUID"
        )
    owner = "administrator" if actor.is_administrator else f"user {actor.user_id}"
    return RetryKey(owner, bare)


def print_of(operation: str, request: Any) -> str:
    """What tells two requests apart: what is done, and with which JSON value."""
    text = orjson.dumps([operation, request], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()
