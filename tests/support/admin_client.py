"""Administrators for tests: keys, tokens and clients of the admin listener."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.sync.client import connect

from backpack_contract import admin_tokens
from support.core_api import CoreApi
from support.sockets import Socket


class AdminSigner:
    """A key pair that tokens are signed with."""

    def __init__(self, kid: str = "dashboard") -> None:
        self.kid = kid
        self.private = Ed25519PrivateKey.generate()

    @property
    def key(self) -> dict[str, str]:
        """The public key, as `admin_keys` of a configuration has it."""
        raw = self.private.public_key().public_bytes_raw()
        return {"kid": self.kid, "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}

    def token(self, audience: str, subject: str = "ada", **claims: Any) -> str:
        """A token that counts; `claims` change it, None takes one away."""
        whole = {**admin_tokens.claims(subject, audience, time.time()), **claims}
        whole = {name: value for name, value in whole.items() if value is not None}
        return self.sign(whole)

    def sign(self, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
        return jwt.encode(
            claims,
            self.private,
            algorithm=admin_tokens.ALGORITHM,
            headers=admin_tokens.header(self.kid) if headers is None else headers,
        )


class AdminHttp:
    """An administrator of one backpack over HTTP, with a new token for each call."""

    def __init__(self, api: CoreApi, signer: AdminSigner, subject: str = "ada") -> None:
        self.api = api
        self.signer = signer
        self.subject = subject

    @property
    def headers(self) -> dict[str, str]:
        token = self.signer.token(self.api.configuration.uid, self.subject)
        return {"Authorization": admin_tokens.authorization(token)}

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        options.setdefault("timeout", 30)
        return httpx.request(method, f"{self.api.admin}{path}", headers=headers, **options)

    @contextmanager
    def socket(self, **options: Any) -> Iterator[Socket]:
        """A connection to `/admin`."""
        url = self.api.admin.replace("http://", "ws://") + "/admin"
        options.setdefault("additional_headers", self.headers)
        options.setdefault("compression", None)
        options.setdefault("max_size", 2**24)
        with connect(url, proxy=None, **options) as connection:
            yield Socket(connection)
