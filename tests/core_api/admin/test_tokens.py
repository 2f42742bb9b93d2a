"""Whom the admin listener lets in."""

import base64
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey

from backpack_contract import admin_tokens
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, assert_problem, new_person

pytestmark = pytest.mark.timeout(120)

ANOTHER = "6a7f0f0e-0000-4000-8000-000000000002"


def ask(api: CoreApi, authorization: str | None, path: str = "/nothing-here") -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return httpx.get(f"{api.admin}{path}", headers=headers, timeout=20)


def test_a_token_lets_in(admin_api: CoreApi, signer: AdminSigner) -> None:
    token = signer.token(admin_api.configuration.uid)
    assert_problem(ask(admin_api, f"Bearer {token}"), 404)
    assert_problem(ask(admin_api, f"bearer {token}"), 404)
    assert_problem(ask(admin_api, f"Bearer {signer.token(admin_api.configuration.uid, iat=None)}"), 404)
    claims = admin_tokens.claims("ada", admin_api.configuration.uid, time.time())
    assert_problem(ask(admin_api, f"Bearer {signer.sign(claims, {})}"), 404)


def test_everything_else_is_refused_in_one_voice(admin_api: CoreApi, signer: AdminSigner) -> None:
    uid = admin_api.configuration.uid
    good = admin_tokens.claims("ada", uid, time.time())
    public = signer.private.public_key().public_bytes_raw()
    header, payload, signature = signer.token(uid).split(".")
    other_payload = signer.token(uid, "eve").split(".")[1]
    now = int(time.time())
    refused: dict[str, str | None] = {
        "no token": None,
        "another scheme": f"Basic {signer.token(uid)}",
        "not a token": "Bearer nonsense",
        "nothing after the scheme": "Bearer",
        "a user's session": f"Bearer {new_person(admin_api).token}",
        "alg none": f"Bearer {jwt.encode(good, None, algorithm='none', headers={'kid': signer.kid})}",
        "the public key as a secret": "Bearer "
        + jwt.encode(good, public, algorithm="HS256", headers={"kid": signer.kid}),
        "another curve": "Bearer "
        + jwt.encode(good, Ed448PrivateKey.generate(), algorithm="EdDSA", headers={"kid": signer.kid}),
        "another key of the same name": f"Bearer {AdminSigner(signer.kid).token(uid)}",
        "a key that isn't known": f"Bearer {AdminSigner('another').token(uid)}",
        "no kid, and a key that isn't known": f"Bearer {AdminSigner('another').sign(good, {})}",
        "a kid of another type": f"Bearer {_with_header(signer, good, {'kid': 7})}",
        "no signature": f"Bearer {header}.{payload}.",
        "a changed payload": f"Bearer {header}.{other_payload}.{signature}",
        "another backpack": f"Bearer {signer.token(ANOTHER)}",
        "several audiences": f"Bearer {signer.token(uid, aud=[uid, ANOTHER])}",
        "no audience": f"Bearer {signer.token(uid, aud=None)}",
        "expired": f"Bearer {signer.token(uid, exp=now - 1)}",
        "expires too late": f"Bearer {signer.token(uid, exp=now + 90)}",
        "expires never": f"Bearer {signer.token(uid, exp=float('inf'))}",
        "no expiry": f"Bearer {signer.token(uid, exp=None)}",
        "an expiry that is no number": f"Bearer {signer.token(uid, exp=str(now + 30))}",
        "issued in the future": f"Bearer {signer.token(uid, iat=now + 30)}",
        "not yet": f"Bearer {signer.token(uid, nbf=now + 30)}",
        "nobody": f"Bearer {signer.token(uid, sub=None)}",
        "an empty name": f"Bearer {signer.token(uid, '')}",
    }
    answers = {what: ask(admin_api, authorization) for what, authorization in refused.items()}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(refused, 401)
    voices = {answer.text for answer in answers.values()}
    assert len(voices) == 1
    assert_problem(answers["no token"], 401)


def _with_header(signer: AdminSigner, claims: dict[str, Any], headers: dict[str, Any]) -> str:
    """PyJWT refuses to write such a header itself."""
    signed = b".".join(
        _base64url(json.dumps(part).encode()) for part in ({"alg": "EdDSA", **headers}, claims)
    )
    return (signed + b"." + _base64url(signer.private.sign(signed))).decode()


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def test_two_authorization_headers_are_none(admin_api: CoreApi, signer: AdminSigner) -> None:
    token = f"Bearer {signer.token(admin_api.configuration.uid)}"
    headers = [("Authorization", token), ("Authorization", token)]
    assert_problem(httpx.get(f"{admin_api.admin}/x", headers=headers), 401)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/admin", "/admin/config", "/admin/export", "/admin/import"])
def test_nothing_answers_without_a_token(admin_api: CoreApi, method: str, path: str) -> None:
    assert httpx.request(method, f"{admin_api.admin}{path}").status_code == 401


@pytest.mark.parametrize("path", ["/admin", "/admin/config", "/admin/export", "/metrics"])
def test_nothing_of_it_answers_on_the_public_port(admin: AdminHttp, path: str) -> None:
    for method in ("GET", "POST", "PUT"):
        answer = httpx.request(method, f"{admin.api.public}{path}", headers=admin.headers)
        assert answer.status_code == 404


def test_health_needs_no_token(admin_api: CoreApi) -> None:
    assert ask(admin_api, None, "/healthz").status_code == 200
