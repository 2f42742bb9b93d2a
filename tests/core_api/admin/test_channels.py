"""`channels.*` on the admin socket."""

import secrets

import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, new_person
from support.sockets import Refused, socket_of

pytestmark = pytest.mark.timeout(120)


def test_any_channel_is_seen_and_deleted(admin_api: CoreApi, signer: AdminSigner) -> None:
    type_ = f"t{secrets.token_hex(4)}"
    ada, grace = new_person(admin_api), new_person(admin_api)
    with socket_of(admin_api, ada) as hers, AdminHttp(admin_api, signer).socket() as console:
        hers.call("channel.create", channel=f"{type_}/a", private=True, members=[grace.id])
        hers.call("channel.create", channel=f"{type_}/b")
        first = console.call("channels.list", channel=type_, limit=1)
        assert first["items"] == [{"channel": f"{type_}/a", "private": True, "ownerId": ada.id}]
        second = console.call("channels.list", channel=type_, limit=1, cursor=first["nextCursor"])
        assert [one["channel"] for one in second["items"]] == [f"{type_}/b"]

        assert console.call("channels.delete", channel=f"{type_}/a") is None
        assert hers.event("presence", type="leave")["channel"] == f"{type_}/a"
        with pytest.raises(Refused) as refused:
            console.call("channels.delete", channel=f"{type_}/a")
        assert refused.value.status == 404
        left = console.call("channels.list", channel=type_)
        assert [one["channel"] for one in left["items"]] == [f"{type_}/b"]
        entry = console.call("audit.list", operation="channels.delete", limit=2)["items"][-1]
        assert entry["target"] == {"channel": f"{type_}/a"}
        assert entry["outcome"] == "done"
