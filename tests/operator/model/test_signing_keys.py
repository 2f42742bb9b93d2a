"""The keys that tokens of admin listeners are signed with, and what they sign."""

import base64
import json
from typing import Any

import jwt
import pytest

from backpack_api.domain.administrators import administrator_of, key_bytes
from backpack_contract.signing_keys import KEY_SET
from backpack_operator.errors import KeysUnreadable
from backpack_operator.model.signing_keys import (
    new_keys,
    parse_secret,
    read_keys,
    secret_body,
)

SEED = bytes(range(32))
NOW = 1_800_000_000.0
UID = "6a7f0f0e-0000-4000-8000-000000000001"


def test_a_token_counts_for_the_api_of_its_backpack_only() -> None:
    keys = new_keys(SEED)
    token = keys.token("operator", UID, NOW)
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": keys.trusted[0].kid, "typ": "JWT"}
    public = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": keys.trusted[0].x})
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, public, algorithms=["EdDSA"], audience=UID, options=options)
    caller = administrator_of(claims, UID, NOW + 1)
    assert caller is not None
    assert caller.is_operator
    assert administrator_of(claims, "another", NOW) is None


def test_what_is_kept_is_read_again() -> None:
    former = new_keys(bytes(32))
    keys = new_keys(SEED, former.trusted)
    again = parse_secret(secret_body("system", keys))
    assert again.trusted == (keys.trusted[0], former.trusted[0])
    assert again.token("operator", UID, NOW) == keys.token("operator", UID, NOW)


def test_the_key_set_is_a_standard_one_with_one_private_key() -> None:
    """Source: RFC 7517, RFC 8037; the `kid` is the thumbprint of RFC 7638."""
    keys = json.loads(new_keys(SEED, new_keys(bytes(32)).trusted).to_json())["keys"]
    assert [(key["kty"], key["crv"], "d" in key) for key in keys] == [
        ("OKP", "Ed25519", True),
        ("OKP", "Ed25519", False),
    ]
    assert all(key_bytes(key["x"]) for key in keys)
    assert len({key["kid"] for key in keys}) == 2


def test_the_private_key_is_not_shown() -> None:
    keys = new_keys(SEED)
    private = json.loads(keys.to_json())["keys"][0]["d"]
    assert base64.urlsafe_b64decode(private + "=") == SEED
    assert private not in repr(keys)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"kid": "a", "x": "b"}]}',
        '{"keys": [{"kid": "a", "x": "b", "d": "AAAA"}]}',
        json.dumps({"keys": [{"kid": "a", "x": "b", "d": "A" * 43}]}),
    ],
)
def test_what_is_no_key_set_is_told_and_never_replaced(text: str) -> None:
    with pytest.raises(KeysUnreadable, match="restore it from a backup"):
        read_keys(text)


@pytest.mark.parametrize("data", [None, {}, {KEY_SET: "not base64!"}])
def test_a_secret_without_keys_is_told(data: dict[str, str] | None) -> None:
    with pytest.raises(KeysUnreadable):
        parse_secret({"data": data})
