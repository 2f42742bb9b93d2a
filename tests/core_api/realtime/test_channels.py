"""Channels: membership, messages in one order, presence; and the broadcast."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.core_api import CoreApi, Person, new_person
from support.sockets import Refused, Socket, socket_of

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def room() -> str:
    """A name that no other test uses."""
    return f"chat/{secrets.token_hex(6)}"


@pytest.fixture
def hers(api: CoreApi, ada: Person) -> Iterator[Socket]:
    """Ada's socket."""
    with socket_of(api, ada) as socket:
        yield socket


@pytest.fixture
def his(api: CoreApi, grace: Person) -> Iterator[Socket]:
    """Grace's socket."""
    with socket_of(api, grace) as socket:
        yield socket


def refused_with(status: int, socket: Socket, op: str, **fields: object) -> None:
    with pytest.raises(Refused) as refused:
        socket.call(op, **fields)
    assert refused.value.status == status


def test_members_get_messages_with_who_sent_them(
    hers: Socket, his: Socket, ada: Person, grace: Person, room: str
) -> None:
    hers.call("channel.create", channel=room)
    his.call("channel.join", channel=room)
    assert hers.event("presence") == {"ev": "presence", "channel": room, "user": grace.id, "type": "join"}
    answer = his.call("channel.publish", channel=room, data={"text": "hello"})
    message = his.event("channel")
    assert message == {
        "ev": "channel",
        "channel": room,
        "from": grace.id,
        "data": {"text": "hello"},
        "seq": answer["seq"],
    }
    assert hers.event("channel") == message
    for data in (None, 0, "", [], False):
        hers.call("channel.publish", channel=room, data=data)
        assert his.event("channel")["data"] == data
        assert hers.event("channel")["from"] == ada.id


def test_messages_come_in_one_order_for_all(hers: Socket, his: Socket, room: str) -> None:
    hers.call("channel.create", channel=room)
    his.call("channel.join", channel=room)
    for number in range(60):
        for name, socket in (("hers", hers), ("his", his)):
            socket.send({"op": "channel.publish", "channel": room, "data": [name, number]})
    order = [hers.event("channel") for _ in range(120)]
    assert [his.event("channel") for _ in range(120)] == order
    for name in ("hers", "his"):
        assert [message["data"][1] for message in order if message["data"][0] == name] == list(range(60))


def test_only_members_send(hers: Socket, his: Socket, room: str) -> None:
    refused_with(404, his, "channel.publish", channel=room, data=1)
    hers.call("channel.create", channel=room)
    refused_with(403, his, "channel.publish", channel=room, data=1)
    his.call("channel.join", channel=room)
    his.call("channel.publish", channel=room, data=1)
    his.call("channel.leave", channel=room)
    refused_with(403, his, "channel.publish", channel=room, data=2)
    hers.call("channel.publish", channel=room, data=3)
    assert [hers.event("channel")["data"] for _ in range(2)] == [1, 3]
    assert [event["data"] for event in his.events("channel")] == [1]


def test_creating_joins_and_happens_once(hers: Socket, his: Socket, ada: Person, room: str) -> None:
    hers.call("channel.create", channel=room)
    refused_with(409, his, "channel.create", channel=room)
    refused_with(409, hers, "channel.create", channel=room)
    hers.call("channel.join", channel=room)
    hers.call("channel.join", channel=room)
    assert hers.call("channel.members", channel=room)["items"] == [{"user": ada.id, "online": True}]
    assert hers.events("presence") == []


def test_leaving_is_told_and_a_channel_that_is_not_there_is_named(
    hers: Socket, his: Socket, grace: Person, room: str
) -> None:
    for op in ("channel.join", "channel.leave", "channel.delete", "channel.members"):
        refused_with(404, his, op, channel=room)
    hers.call("channel.create", channel=room)
    his.call("channel.join", channel=room)
    his.call("channel.leave", channel=room)
    his.call("channel.leave", channel=room)
    assert [hers.event("presence")["type"] for _ in range(2)] == ["join", "leave"]
    assert hers.events("presence") == []
    his.call("channel.join", channel=room)
    assert hers.event("presence") == {"ev": "presence", "channel": room, "user": grace.id, "type": "join"}


def test_a_private_channel_is_joined_only_by_whom_its_maker_adds(
    api: CoreApi, hers: Socket, his: Socket, grace: Person, room: str
) -> None:
    other = new_person(api)
    with socket_of(api, other) as theirs:
        hers.call("channel.create", channel=room, private=True)
        for socket in (his, theirs):
            refused_with(403, socket, "channel.join", channel=room)
            refused_with(403, socket, "channel.publish", channel=room, data=1)
            refused_with(403, socket, "channel.members", channel=room)
            assert room not in [one["channel"] for one in socket.call("channel.list", limit=1000)["items"]]
        hers.call("channel.join", channel=room, user=grace.id)
        assert his.event("presence") == {"ev": "presence", "channel": room, "user": grace.id, "type": "join"}
        refused_with(403, his, "channel.join", channel=room, user=other.id)
        refused_with(403, theirs, "channel.join", channel=room)
        his.call("channel.join", channel=room)
        hers.call("channel.publish", channel=room, data=1)
        assert his.event("channel")["data"] == 1
        his.call("channel.leave", channel=room)
        his.call("channel.join", channel=room)


def test_members_can_be_named_at_the_beginning(
    hers: Socket, his: Socket, ada: Person, grace: Person, room: str
) -> None:
    hers.call("channel.create", channel=room, private=True, members=[grace.id, ada.id, grace.id])
    members = hers.call("channel.members", channel=room)["items"]
    assert {one["user"] for one in members} == {ada.id, grace.id}
    assert room in his.call("channel.joinMine")["channels"]
    hers.call("channel.publish", channel=room, data=1)
    assert his.event("channel")["data"] == 1


def test_whom_the_maker_adds_hears_all_at_once(hers: Socket, his: Socket, grace: Person, room: str) -> None:
    hers.call("channel.create", channel=room, private=True)
    hers.call("channel.join", channel=room, user=grace.id)
    hers.call("channel.publish", channel=room, data=1)
    assert his.event("channel")["data"] == 1


def test_who_sends_hears_it_too(api: CoreApi, hers: Socket, grace: Person, room: str) -> None:
    hers.call("channel.create", channel=room, members=[grace.id])
    with socket_of(api, grace) as socket:
        socket.call("channel.publish", channel=room, data=1)
        assert socket.event("channel")["data"] == 1


def test_only_its_maker_deletes_a_channel(hers: Socket, his: Socket, grace: Person, room: str) -> None:
    hers.call("channel.create", channel=room)
    his.call("channel.join", channel=room)
    refused_with(403, his, "channel.delete", channel=room)
    hers.call("channel.delete", channel=room)
    assert his.event("presence", type="leave")["user"] == grace.id
    refused_with(404, his, "channel.publish", channel=room, data=1)
    assert room not in his.call("channel.joinMine")["channels"]
    his.call("channel.create", channel=room)


def test_a_membership_stays_and_a_new_socket_attaches_to_it(
    api: CoreApi, hers: Socket, grace: Person, room: str
) -> None:
    hers.call("channel.create", channel=room)
    with socket_of(api, grace) as socket:
        socket.call("channel.join", channel=room)
    assert hers.event("presence", type="offline")["user"] == grace.id
    assert {"user": grace.id, "online": False} in hers.call("channel.members", channel=room)["items"]
    with socket_of(api, grace) as socket:
        assert hers.event("presence", type="online")["user"] == grace.id
        hers.call("channel.publish", channel=room, data="not attached")
        assert socket.events("channel") == []
        assert socket.call("channel.joinMine")["channels"] == [room]
        hers.call("channel.publish", channel=room, data="attached")
        assert socket.event("channel")["data"] == "attached"


def test_leaving_on_one_socket_detaches_the_others(
    api: CoreApi, hers: Socket, ada: Person, his: Socket, room: str
) -> None:
    hers.call("channel.create", channel=room)
    his.call("channel.join", channel=room)
    with socket_of(api, ada) as other:
        other.call("channel.joinMine")
        hers.call("channel.leave", channel=room)
        assert other.event("presence", type="leave")["user"] == ada.id
        his.call("channel.publish", channel=room, data=1)
        his.event("channel")
        assert other.events("channel") == []
        assert hers.events("channel") == []


def test_a_user_is_online_with_the_first_socket_and_offline_with_the_last(
    api: CoreApi, hers: Socket, grace: Person, room: str
) -> None:
    hers.call("channel.create", channel=room, members=[grace.id])
    with ExitStack() as stack:
        stack.enter_context(socket_of(api, grace))
        assert hers.event("presence", user=grace.id, type="online")
        with socket_of(api, grace) as second:
            second.call("ping")
        hers.call("ping")
    assert hers.event("presence", user=grace.id, type="offline")
    assert [event["type"] for event in hers.events("presence") if event["type"] != "join"] == []


def test_changing_leaves_one_and_joins_another(hers: Socket, his: Socket, room: str) -> None:
    hers.call("channel.create", channel=room)
    hers.call("channel.create", channel=f"{room}-2")
    his.call("channel.join", channel=room)
    his.call("channel.change", **{"from": room, "channel": f"{room}-2"})
    assert his.call("channel.joinMine")["channels"] == [f"{room}-2"]
    refused_with(404, his, "channel.change", **{"from": f"{room}-2", "channel": f"{room}-3"})
    assert his.call("channel.joinMine")["channels"] == [f"{room}-2"]
    hers.call("channel.delete", channel=f"{room}-2")
    his.call("channel.change", **{"from": f"{room}-2", "channel": room})
    assert his.call("channel.joinMine")["channels"] == [room]


def test_channels_are_listed_by_type_and_page(hers: Socket, room: str) -> None:
    type_ = f"t{secrets.token_hex(4)}"
    names = [f"{type_}/{number}" for number in range(5)]
    for name in names:
        hers.call("channel.create", channel=name)
    first = hers.call("channel.list", channel=type_, limit=3)
    assert [one["channel"] for one in first["items"]] == names[:3]
    second = hers.call("channel.list", channel=type_, limit=3, cursor=first["nextCursor"])
    assert [one["channel"] for one in second["items"]] == names[3:]
    assert second["nextCursor"] is None


@pytest.mark.parametrize(
    "name", ["", "chat", "/", "chat/", "/room", "chat/a/b", "chat/ä", "chat/a b", "1/a", "a/" + "x" * 97, 7]
)
def test_a_channel_has_a_type_and_a_name(hers: Socket, name: object) -> None:
    refused_with(422, hers, "channel.create", channel=name)
    refused_with(422, hers, "channel.publish", channel=name, data=1)


def test_a_message_has_at_most_as_many_levels_as_a_document(hers: Socket, room: str) -> None:
    hers.call("channel.create", channel=room)
    deepest: object = 1
    for _ in range(32):
        deepest = [deepest]
    hers.call("channel.publish", channel=room, data=deepest)
    assert hers.event("channel")["data"] == deepest
    for too_deep in ([deepest], {"a": deepest}):
        refused_with(422, hers, "channel.publish", channel=room, data=too_deep)
        refused_with(422, hers, "broadcast", data=too_deep)


def test_a_key_makes_a_message_come_once(hers: Socket, room: str) -> None:
    hers.call("channel.create", channel=room)
    first = hers.call("channel.publish", channel=room, data=1, key="once")
    assert hers.call("channel.publish", channel=room, data=1, key="once") == first
    assert len(hers.events("channel")) == 1


def test_a_broadcast_reaches_everybody(hers: Socket, his: Socket, ada: Person) -> None:
    answer = hers.call("broadcast", data={"n": secrets.token_hex(4)})
    message = his.event("broadcast", seq=answer["seq"])
    assert message["from"] == ada.id
    assert set(message) == {"ev", "from", "data", "seq"}
    assert hers.event("broadcast", seq=answer["seq"]) == message


def test_the_broadcast_can_be_refused_by_a_setting(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(configuration={"broadcast": False})
    with socket_of(api, new_person(api)) as socket:
        refused_with(403, socket, "broadcast", data=1)


def test_who_deletes_his_account_is_no_member_any_more(api: CoreApi, hers: Socket, room: str) -> None:
    hers.call("channel.create", channel=room)
    person = new_person(api)
    with socket_of(api, person) as socket:
        socket.call("channel.join", channel=room)
        deleted = person.client.request("DELETE", "/auth/me", json={"password": person.password})
        assert deleted.status_code == 204
        assert socket.close_code() == 4001
    assert hers.event("presence", user=person.id, type="leave")
    assert len(hers.call("channel.members", channel=room)["items"]) == 1


def test_a_member_who_comes_back_gets_what_was_said_meanwhile(
    api: CoreApi, hers: Socket, grace: Person, room: str
) -> None:
    other = f"{room}-other"
    for name in (room, other):
        hers.call("channel.create", channel=name)
    with socket_of(api, grace) as socket:
        socket.call("channel.join", channel=other)
        socket.call("channel.join", channel=room)
        hers.call("channel.publish", channel=room, data="before")
        since = socket.event("channel")["seq"]
    for number in range(40):
        hers.call("channel.publish", channel=room, data=number)
        hers.call("channel.publish", channel=other, data="elsewhere")
    with socket_of(api, grace) as socket:
        answer = socket.call("channel.join", channel=room, since=since)
        hers.call("channel.publish", channel=room, data="after")
        expected = [*range(40), "after"]
        assert [socket.event("channel")["data"] for _ in expected] == expected
        assert socket.events("channel") == []
        assert socket.events("reset") == []
    with socket_of(api, grace) as socket:
        socket.call("channel.join", channel=room, since=answer["seq"])
        assert socket.event("channel")["data"] == "after"
        assert socket.events("channel") == []


def test_all_channels_are_gone_on_with_at_once(api: CoreApi, hers: Socket, grace: Person, room: str) -> None:
    rooms = [f"{room}-{number}" for number in range(3)]
    with socket_of(api, grace) as socket:
        for name in rooms:
            hers.call("channel.create", channel=name)
            since = socket.call("channel.join", channel=name)["seq"]
    for name in rooms:
        hers.call("channel.publish", channel=name, data=name)
    with socket_of(api, grace) as socket:
        assert socket.call("channel.joinMine", since=since)["channels"] == rooms
        assert [socket.event("channel")["data"] for _ in rooms] == rooms


def test_what_was_said_before_one_was_a_member_is_not_told(
    api: CoreApi, hers: Socket, grace: Person, room: str
) -> None:
    with socket_of(api, grace) as socket:
        since = hers.call("channel.create", channel=room, private=True)["seq"]
        hers.call("channel.publish", channel=room, data="a secret")
        hers.call("channel.join", channel=room, user=grace.id)
        hers.call("channel.publish", channel=room, data="welcome")
        socket.call("channel.join", channel=room, since=since)
        assert socket.event("channel")["data"] == "welcome"
        socket.call("channel.leave", channel=room)
        hers.call("channel.publish", channel=room, data="about him")
        socket.call("channel.join", channel=room, since=since)
        assert socket.events("channel") == []


def test_what_is_too_long_ago_is_a_reset(his: Socket, room: str) -> None:
    his.call("channel.create", channel=room)
    for since in ("1-0-0", "not a seq"):
        his.call("channel.leave", channel=room)
        his.call("channel.join", channel=room, since=since)
        assert "sub" not in his.event("reset")
