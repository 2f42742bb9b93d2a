"""The audit log: every change, by whom and when, and never with what."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import GOOD_PASSWORD, CoreApi, new_email
from support.sockets import Refused, Socket

pytestmark = pytest.mark.timeout(120)


def entries(console: Socket, **fields: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = console.call("audit.list", **fields)["items"]
    return items


def test_a_change_is_in_it_before_it_is_answered(console: Socket) -> None:
    email = new_email()
    user = console.call("users.create", email=email, password=GOOD_PASSWORD, profile={"secret": "profile"})
    newest = entries(console, limit=1)[0]
    assert set(newest) == {"id", "at", "who", "op", "target", "outcome", "problem"}
    assert (newest["who"], newest["op"], newest["outcome"]) == ("ada", "users.create", "done")
    assert newest["target"] == {"userId": user["id"]}
    console.call("users.setPassword", userId=user["id"], password="another secret password")
    text = json.dumps(entries(console))
    for secret in (email, GOOD_PASSWORD, "secret"):
        assert secret not in text


def test_what_was_refused_is_not_recorded_as_done(console: Socket) -> None:
    with pytest.raises(Refused):
        console.call("users.delete", userId="nobody")
    newest = entries(console, limit=1)[0]
    assert (newest["op"], newest["outcome"], newest["problem"]) == ("users.delete", "refused", "not-found")


def test_looking_changes_nothing_and_is_not_in_it(console: Socket) -> None:
    newest = entries(console, limit=1)
    console.call("users.list")
    assert entries(console, limit=1) == newest


def test_it_is_read_by_pages_by_person_and_by_operation(admin_api: CoreApi, signer: AdminSigner) -> None:
    name = new_email()
    with AdminHttp(admin_api, signer, name).socket() as console:
        users = [
            console.call("users.create", email=new_email(), password=GOOD_PASSWORD)["id"] for _ in range(3)
        ]
        console.call("users.delete", userId=users[0])
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = console.call("audit.list", who=name, limit=2, cursor=cursor)
            found += page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert [entry["op"] for entry in found] == ["users.delete"] + ["users.create"] * 3
        assert [entry["target"]["userId"] for entry in found] == [users[0], *reversed(users)]
        assert len(entries(console, who=name, operation="users.delete")) == 1


def test_a_configuration_that_was_refused_is_in_it(admin_api: CoreApi, signer: AdminSigner) -> None:
    operator = AdminHttp(admin_api, signer, "operator")
    assert operator.call("PUT", "/admin/config", content="{}").status_code == 422
    with operator.socket() as console:
        newest = entries(console, limit=1)[0]
    assert (newest["who"], newest["op"], newest["outcome"]) == ("operator", "config.put", "refused")


async def test_it_is_bounded(start_admin_api: Callable[..., CoreApi]) -> None:
    api = start_admin_api()
    async with api.runtime() as runtime:
        store = runtime.admin.audit._store
        small = type(runtime.admin.audit)(
            store, runtime.admin.audit._new_id, runtime.admin.audit._now, max_entries=5, prune_every=0
        )
        for number in range(12):
            async with small.change("ada", f"op{number}", {}):
                pass
        kept, _ = await small.page(limit=100, cursor=None)
        assert [entry.op for entry in kept] == [f"op{number}" for number in range(11, 5, -1)]
