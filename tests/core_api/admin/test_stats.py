"""`stats` on the admin socket."""

from collections.abc import Callable

import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, new_person
from support.sockets import socket_of

pytestmark = pytest.mark.timeout(60)


def test_a_backpack_at_a_glance(start_admin_api: Callable[..., CoreApi], signer: AdminSigner) -> None:
    api = start_admin_api({"generation": 7})
    person = new_person(api)
    path = person.make_collection()
    for _ in range(3):
        person.client.post(path, json={})
    person.client.post("/files", files={"file": ("a", b"12345")})
    with AdminHttp(api, signer).socket() as console, socket_of(api, person):
        stats = console.call("stats")
    assert stats["generation"] == 7
    assert stats["users"] == 1
    assert (stats["collections"]["count"], stats["collections"]["documents"]) == (1, 3)
    assert (stats["files"]["count"], stats["files"]["bytes"]) == (1, 5)
    assert stats["files"]["freeBytes"] > 0
    assert stats["site"] == {"releases": 0, "active": None}
    assert stats["stores"] == {"database": "ok", "cache": "ok"}
    assert stats["sockets"] == 1
