"""The keys that tokens of admin listeners are signed with: reading and writing them, and
signing. Ed25519; private keys never leave the Secret but for a signature.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backpack_contract import admin_tokens
from backpack_contract.configuration import AdminKey
from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_operator.errors import KeysUnreadable

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeySet:
    """`trusted`: the public keys that APIs trust, that of the signing key first, then that
    of the key that is to sign next, where there is one."""

    signing: Ed25519PrivateKey = field(repr=False)
    trusted: tuple[AdminKey, ...]
    next: Ed25519PrivateKey | None = field(default=None, repr=False)

    def token(self, subject: str, audience: str, now: float) -> str:
        """A token for one backpack; `now` in seconds since 1970."""
        return jwt.encode(
            dict(admin_tokens.claims(subject, audience, now)),
            self.signing,
            algorithm=admin_tokens.ALGORITHM,
            headers=dict(admin_tokens.header(self.trusted[0].kid)),
        )

    def to_json(self) -> str:
        """What is kept in the Secret."""
        private = (self.signing,) if self.next is None else (self.signing, self.next)
        keys = [_jwk(key) for key in self.trusted]
        for key, secret in zip(keys, private, strict=False):
            key["d"] = _encode(secret.private_bytes_raw())
        return json.dumps({"keys": keys})

    def announcing(self, seed: bytes) -> "KeySet":
        """With a key from 32 random bytes that is to sign next."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        first, *others = self.trusted
        return KeySet(self.signing, (first, _public(private), *others), private)

    def switched(self) -> "KeySet":
        """With the next key signing; the one that signed is still trusted."""
        if self.next is None:
            return self
        first, second, *others = self.trusted
        return KeySet(self.next, (second, first, *others))

    def alone(self) -> "KeySet":
        """With nothing trusted but the key that signs."""
        return KeySet(self.signing, self.trusted[:1])


def new_keys(seed: bytes, former: tuple[AdminKey, ...] = ()) -> KeySet:
    """A signing key from 32 random bytes, and the public keys that are trusted besides."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return KeySet(private, (_public(private), *former))


def read_keys(text: str) -> KeySet:
    """What `to_json` wrote. Raises `KeysUnreadable`: a key that can't be read is never
    replaced by a new one, which no running API would trust."""
    try:
        keys = json.loads(text)["keys"]
        private = [Ed25519PrivateKey.from_private_bytes(_decode(key["d"])) for key in keys[:2] if "d" in key]
        trusted = tuple(AdminKey(kid=key["kid"], x=key["x"]) for key in keys)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable() from error
    if not private or [_public(key).x for key in private] != [key.x for key in trusted[: len(private)]]:
        raise _unreadable()
    return KeySet(private[0], trusted, private[1] if len(private) > 1 else None)


def secret_data(keys: KeySet) -> dict[str, str]:
    """`data` of the Secret."""
    return {KEY_SET: base64.b64encode(keys.to_json().encode()).decode()}


def secret_body(namespace: str, keys: KeySet, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET_NAME, "namespace": namespace, "annotations": dict(annotations or {})},
        "type": "Opaque",
        "data": secret_data(keys),
    }


def parse_secret(body: Mapping[str, Any]) -> KeySet:
    try:
        text = base64.b64decode((body.get("data") or {})[KEY_SET], validate=True).decode()
    except (KeyError, ValueError) as error:
        raise _unreadable() from error
    return read_keys(text)


def _unreadable() -> KeysUnreadable:
    return KeysUnreadable(
        f"the key `{KEY_SET}` of Secret {SECRET_NAME} in the operator's namespace is no set of signing keys: "
        "restore it from a backup, or delete the Secret to have new keys made, and restart the API pods "
        "of all Backpacks, which trust the old ones"
    )


def _jwk(key: AdminKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key.kid, "x": key.x}


def _public(private: Ed25519PrivateKey) -> AdminKey:
    x = _encode(private.public_key().public_bytes_raw())
    return AdminKey(kid=_thumbprint(x), x=x)


def _thumbprint(x: str) -> str:
    """The key's own name: its JWK thumbprint (RFC 7638)."""
    text = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return _encode(hashlib.sha256(text.encode()).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
