"""Who may open the admin socket, and how it speaks."""

import time
from collections.abc import Callable

import jwt
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from backpack_contract import admin_tokens
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, new_person
from support.sockets import Refused, Socket

pytestmark = pytest.mark.timeout(120)

ANOTHER = "6a7f0f0e-0000-4000-8000-000000000002"


def status_of(url: str, headers: dict[str, str]) -> int:
    """The status that the upgrade is refused with; 101 where it isn't."""
    try:
        with connect(url.replace("http://", "ws://"), additional_headers=headers, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


REFUSED: dict[str, Callable[[CoreApi, AdminSigner], str]] = {
    "another audience": lambda _, signer: signer.token(ANOTHER),
    "expired": lambda api, signer: signer.token(api.configuration.uid, exp=int(time.time()) - 1),
    "another key": lambda api, signer: AdminSigner(signer.kid).token(api.configuration.uid),
    "alg none": lambda api, signer: jwt.encode(
        admin_tokens.claims("ada", api.configuration.uid, time.time()),
        None,
        algorithm="none",
        headers={"kid": signer.kid},
    ),
    "a user's session": lambda api, _: new_person(api).token,
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_opens_only_with_a_token(admin_api: CoreApi, signer: AdminSigner, what: str) -> None:
    token = REFUSED[what](admin_api, signer)
    assert status_of(f"{admin_api.admin}/admin", {"Authorization": f"Bearer {token}"}) == 401


def test_without_any_token_it_does_not_open(admin: AdminHttp) -> None:
    assert status_of(f"{admin.api.admin}/admin", {}) == 401
    assert status_of(f"{admin.api.admin}/admin", admin.headers) == 101


def test_it_is_not_on_the_public_port_nor_realtime_here(admin: AdminHttp) -> None:
    assert status_of(f"{admin.api.public}/admin", admin.headers) == 404
    assert status_of(f"{admin.api.public}/realtime", admin.headers) == 401
    assert status_of(f"{admin.api.admin}/realtime", admin.headers) == 404


def test_the_token_is_looked_at_when_it_opens_only(admin_api: CoreApi, signer: AdminSigner) -> None:
    expires = int(time.time()) + 2
    token = signer.token(admin_api.configuration.uid, exp=expires)
    with AdminHttp(admin_api, signer).socket(
        additional_headers={"Authorization": f"Bearer {token}"}
    ) as socket:
        while time.time() <= expires:
            assert socket.call("ping") == "pong"
            time.sleep(0.1)
        assert socket.call("ping") == "pong"


def test_operations_and_fields_that_are_not_known_are_named(console: Socket) -> None:
    for op, fields, path in (
        ("users.explode", {}, "/op"),
        ("users.get", {}, "/userId"),
        ("users.get", {"userId": 7}, "/userId"),
        ("users.list", {"limit": 0}, "/limit"),
        ("users.list", {"limit": 1001}, "/limit"),
        ("users.list", {"sort": "password"}, "/sort"),
        ("users.list", {"other": 1}, "/other"),
    ):
        with pytest.raises(Refused) as refused:
            console.call(op, **fields)
        assert refused.value.status == 422
        assert refused.value.problem["errors"][0]["path"] == path
