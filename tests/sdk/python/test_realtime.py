"""What takes minutes in the world, on a clock of the tests' own."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from backpack_sdk import BackpackError, Realtime
from backpack_sdk.backlog import MOST
from backpack_sdk.realtime.outbox import BURST
from support.sdk_fake_socket import FakeServer
from support.virtual_time import VirtualLoop, run, settle


async def subscribed(realtime: Realtime, server: FakeServer, heard: Callable[[Any], None]) -> None:
    """A subscription to `tasks` that the server calls `1`."""
    subscribing = asyncio.create_task(realtime.subscribe("tasks", heard))
    await settle()
    server.last.answer("db.subscribe", {"sub": "1", "seq": "8-0-0"})
    await subscribing


async def joined(realtime: Realtime, server: FakeServer) -> None:
    """Let it be in `chat/room`."""
    joining = asyncio.create_task(realtime.channel("chat/room").join())
    await settle()
    server.last.answer("channel.join", {"channel": "chat/room", "seq": "8-0-0"})
    await joining


def alone(test: Callable[[FakeServer, Realtime], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test on a clock of its own, with a server and a client of its own."""

    async def main() -> None:
        server = FakeServer()
        realtime = server.client()
        await test(server, realtime)
        await realtime.close()

    def wrapped() -> None:
        run(main())

    wrapped.__doc__ = test.__doc__
    return wrapped


@alone
async def test_a_server_that_is_away_for_two_minutes_is_asked_seldom_and_all_goes_on(
    server: FakeServer, realtime: Realtime
) -> None:
    events: list[Any] = []
    states: list[str] = []
    realtime.on_status(lambda status: states.append(status.state))
    await subscribed(realtime, server, events.append)
    server.last.tell(
        {"ev": "db", "sub": "1", "type": "create", "doc": {"id": "a", "version": 1}, "seq": "9-0-0"}
    )
    await settle()

    server.up = False
    server.last.lose()
    await settle()
    words = ["one", "two", "three"]
    said = [asyncio.create_task(realtime.channel("chat/room").publish(word)) for word in words]
    before = server.tries
    await asyncio.sleep(120)
    assert 6 <= server.tries - before <= 14
    assert realtime.status.state == "waiting"
    assert realtime.status.retry_in is not None
    assert realtime.status.retry_in <= 30

    server.up = True
    await asyncio.sleep(30)
    socket = server.last
    assert [(message["op"], message.get("since"), message.get("data")) for message in socket.sent] == [
        ("auth", None, None),
        ("db.subscribe", "9-0-0", None),
        *(("channel.publish", None, word) for word in words),
    ]
    socket.answer("db.subscribe", {"sub": "1", "seq": "9-0-0"})
    update = {"id": "a", "version": 2}
    socket.tell({"ev": "db", "sub": "1", "type": "update", "doc": update, "seq": "10-0-0"})
    for message in socket.of("channel.publish"):
        socket.tell({"re": message["id"], "ok": True, "data": {"seq": "11-0-0"}})
    await asyncio.gather(*said)
    assert [event.type for event in events] == ["create", "update"]
    assert states[-2:] == ["connecting", "open"]


@alone
async def test_a_server_that_takes_connections_and_drops_them_at_once_is_not_stormed(
    server: FakeServer, realtime: Realtime
) -> None:
    realtime.open()
    for _ in range(120):
        await settle()
        if realtime.status.state == "open":
            server.last.lose()
        await asyncio.sleep(1)
    assert server.tries <= 15


@alone
async def test_a_connection_that_has_worked_for_a_while_is_opened_again_soon(
    server: FakeServer, realtime: Realtime
) -> None:
    server.up = False
    realtime.open()
    await asyncio.sleep(300)
    server.up = True
    await asyncio.sleep(60)
    server.last.lose()
    await settle()
    assert realtime.status.retry_in is not None
    assert realtime.status.retry_in <= 0.5


@alone
async def test_a_server_without_a_greeting_is_given_up(server: FakeServer, realtime: Realtime) -> None:
    server.greets = False
    realtime.open()
    await asyncio.sleep(60)
    assert 3 <= server.tries <= 6
    assert realtime.status.state in ("connecting", "waiting")
    server.greets = True
    await asyncio.sleep(60)
    assert realtime.status.state == "open"


async def refused(server: FakeServer, realtime: Realtime, refuse: Callable[[], None]) -> None:
    """Whoever connects is refused for two minutes, and then let in."""
    server.greets = False
    realtime.open()
    for _ in range(120):
        await settle()
        if realtime.status.state == "connecting":
            refuse()
        await asyncio.sleep(1)
    assert 5 <= server.tries <= 15
    assert server.transport.session.token == "secret"
    server.greets = True
    await asyncio.sleep(60)
    assert realtime.status.state == "open"


@alone
async def test_a_server_that_cannot_look_the_token_up_ends_no_session_and_is_not_stormed(
    server: FakeServer, realtime: Realtime
) -> None:
    await refused(server, realtime, lambda: server.last.refuse("auth", 503))


@alone
async def test_a_server_that_closes_without_a_word_of_the_session_ends_none(
    server: FakeServer, realtime: Realtime
) -> None:
    await refused(server, realtime, lambda: server.last.lose(4003))


@alone
async def test_a_token_that_the_server_knows_to_be_no_session_s_ends_the_session(
    server: FakeServer, realtime: Realtime
) -> None:
    server.greets = False
    realtime.open()
    await settle()
    server.last.refuse("auth", 401)
    await settle()
    assert realtime.status.state == "closed"
    assert server.transport.session.token is None


@alone
async def test_a_store_that_is_away_for_a_moment_ends_no_subscription_and_no_channel(
    server: FakeServer, realtime: Realtime
) -> None:
    heard: list[str] = []
    room = realtime.channel("chat/room")
    room.on_presence(lambda event: heard.append(event.type))
    await subscribed(realtime, server, lambda event: heard.append(event.type))
    await joined(realtime, server)
    for op, status in [("db.subscribe", 503), ("db.subscribe", 429), ("channel.join", 503)]:
        server.last.lose()
        await asyncio.sleep(60)
        server.last.refuse(op, status)
        await settle()
        assert realtime.status.state == "waiting"
        await asyncio.sleep(60)
        assert [server.last.of(one)[0]["since"] for one in ("db.subscribe", "channel.join")] == ["8-0-0"] * 2
    assert heard == []
    server.last.refuse("db.subscribe", 403)
    server.last.refuse("channel.join", 404)
    await settle()
    assert heard == ["end", "leave"]


@alone
async def test_a_first_subscription_that_a_store_refuses_is_its_caller_s_to_try_again(
    server: FakeServer, realtime: Realtime
) -> None:
    subscribing = asyncio.create_task(realtime.subscribe("tasks", print))
    await settle()
    server.last.refuse("db.subscribe", 503)
    with pytest.raises(BackpackError) as caught:
        await subscribing
    assert caught.value.status == 503
    assert realtime.status.state == "open"


@alone
async def test_a_filter_that_json_cannot_have_is_refused_at_once_and_harms_nothing(
    server: FakeServer, realtime: Realtime
) -> None:
    with pytest.raises(TypeError, match="datetime"):
        await realtime.subscribe("tasks", print, {"at": datetime.now(UTC)})
    with pytest.raises(ValueError, match="JSON"):
        await realtime.subscribe("tasks", print, {"n": float("nan")})
    wanted: dict[str, Any] = {"n": 1}
    subscribing = asyncio.create_task(realtime.subscribe("tasks", print, wanted))
    await asyncio.sleep(0)
    wanted["n"] = datetime.now(UTC)
    await settle()
    assert server.last.of("db.subscribe")[0]["filter"] == {"n": 1}
    server.last.answer("db.subscribe", {"sub": "1", "seq": "8-0-0"})
    await subscribing


@alone
async def test_what_nobody_has_thought_of_is_told_and_ends_no_connection_for_good(
    server: FakeServer, realtime: Realtime
) -> None:
    events: list[Any] = []
    await subscribed(realtime, server, events.append)
    server.last.tell({"ev": "db", "sub": "1", "type": "create", "seq": "9-0-0"})  # without a document
    await settle()
    assert realtime.status.state == "waiting"
    told = cast(VirtualLoop, asyncio.get_running_loop()).errors
    assert [repr(context["exception"]) for context in told] == ["KeyError('doc')"]
    await asyncio.sleep(60)
    assert realtime.status.state == "open"


@alone
async def test_what_waits_is_sent_no_faster_than_the_api_takes_it(
    server: FakeServer, realtime: Realtime
) -> None:
    said = [asyncio.create_task(realtime.channel("chat/room").publish(number)) for number in range(400)]
    await settle()
    sent = []
    for _ in range(40):
        sent.append(len(server.last.of("channel.publish")))
        await asyncio.sleep(0.1)
    assert sent[0] <= BURST
    assert all(later - earlier <= 100 for earlier, later in zip(sent, sent[10:], strict=False))
    assert [message["data"] for message in server.last.of("channel.publish")] == list(range(400))
    await realtime.close()
    results = await asyncio.gather(*said, return_exceptions=True)
    assert {cast(BackpackError, result).type for result in results} == {"backpack:closed"}


@alone
async def test_what_a_thread_has_not_heard_holds_up_events_but_no_answers(
    server: FakeServer, realtime: Realtime
) -> None:
    events: list[Any] = []
    await subscribed(realtime, server, events.append)
    for _ in range(MOST):
        server.transport.backlog.grew()

    async def create(*numbers: int) -> list[int]:
        for number in numbers:
            doc = {"id": f"{number}", "version": 1}
            server.last.tell({"ev": "db", "sub": "1", "type": "create", "doc": doc, "seq": f"{number}-0-0"})
        await settle()
        return [int(event.doc["id"]) for event in events]

    assert await create(11, 12, 13) == [11]
    pinging = asyncio.create_task(realtime.ping())
    await settle()
    server.last.answer("ping", "pong")
    await pinging
    assert await create(14) == [11, 12, 13]
    server.transport.backlog.shrank()
    assert await create() == [11, 12, 13, 14]


@alone
async def test_an_event_that_a_newer_one_has_overtaken_is_dropped(
    server: FakeServer, realtime: Realtime
) -> None:
    events: list[Any] = []
    await subscribed(realtime, server, events.append)
    for kind, version in [("create", 1), ("update", 3), ("update", 2), ("update", 3), ("delete", 3)]:
        doc = {"id": "a", "version": version}
        server.last.tell({"ev": "db", "sub": "1", "type": kind, "doc": doc, "seq": "9-0-0"})
    await settle()
    assert [(event.type, event.doc["version"]) for event in events] == [
        ("create", 1),
        ("update", 3),
        ("delete", 3),
    ]


@alone
async def test_after_a_reset_it_goes_on_from_what_was_heard_or_from_where_the_connection_began(
    server: FakeServer, realtime: Realtime
) -> None:
    events: list[Any] = []
    await subscribed(realtime, server, events.append)
    await joined(realtime, server)
    said = {"ev": "channel", "channel": "chat/room", "from": "ada", "data": "Hello", "seq": "9-0-0"}
    made = {"ev": "db", "sub": "1", "type": "create", "doc": {"id": "a", "version": 1}, "seq": "10-0-0"}
    sinces = []
    for number in range(3):
        server.last.lose(1012)
        await asyncio.sleep(60)
        server.last.answer("db.subscribe", {"sub": "1", "seq": "8-0-0"})
        for message in [said, made] if number == 1 else []:
            server.last.tell(message)
        server.last.tell({"ev": "reset", "sub": "1"})
        server.last.tell({"ev": "reset"})
        await settle()
        sinces.append([server.last.of(op)[0]["since"] for op in ("channel.join", "db.subscribe")])
    assert sinces == [["8-0-0", "8-0-0"], ["7-0-0", "7-0-0"], ["9-0-0", "10-0-0"]]
    assert [event.type for event in events] == ["reset", "create", "reset", "reset"]


@alone
async def test_an_application_s_error_in_a_listener_is_its_own_and_ends_nothing(
    server: FakeServer, realtime: Realtime
) -> None:
    heard: list[str] = []

    def listener(event: Any) -> None:
        heard.append(event.type)
        raise ValueError(event.type)

    await subscribed(realtime, server, listener)
    for _ in range(2):
        server.last.tell({"ev": "reset", "sub": "1"})
    await settle()
    assert heard == ["reset", "reset"]
    assert realtime.status.state == "open"
    told = cast(VirtualLoop, asyncio.get_running_loop()).errors
    assert [str(context["exception"]) for context in told] == ["reset", "reset"]


@alone
async def test_who_is_cancelled_asks_no_more(server: FakeServer, realtime: Realtime) -> None:
    server.up = False
    calls = [
        asyncio.create_task(realtime.subscribe("tasks", print)),
        asyncio.create_task(realtime.broadcast("forgotten")),
    ]
    await settle()
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    assert all(call.cancelled() for call in calls)
    server.up = True
    await asyncio.sleep(60)
    assert [message["op"] for message in server.last.sent] == ["auth"]


@alone
async def test_a_subscription_whose_answer_came_too_late_is_ended(
    server: FakeServer, realtime: Realtime
) -> None:
    subscribing = asyncio.create_task(realtime.subscribe("tasks", print))
    await settle()
    subscribing.cancel()
    server.last.answer("db.subscribe", {"sub": "1", "seq": "8-0-0"})
    await settle()
    assert [message["sub"] for message in server.last.of("unsubscribe")] == ["1"]


@alone
async def test_a_listener_that_would_never_run_is_refused(server: FakeServer, realtime: Realtime) -> None:
    async def listener(event: Any) -> None: ...

    for register in (realtime.on_status, realtime.on_event, realtime.channel("a/b").on_message):
        with pytest.raises(TypeError, match="plain functions"):
            register(listener)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="plain functions"):
        await realtime.subscribe("tasks", listener)  # type: ignore[arg-type]
    assert server.tries == 0
