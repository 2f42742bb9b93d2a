"""What a socket is attached to when news of its own leaving comes late."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from backpack_api.domain.events import PRESENCE
from backpack_api.services.realtime.channels import Channels
from backpack_api.stores.channels import Outcome


class Socket:
    """A connection of the user's, with what it was sent."""

    user_id = "ada"

    def __init__(self) -> None:
        self.channels: set[str] = set()
        self.sent: list[bytes] = []
        self.socket = SimpleNamespace(open=True, send=self.sent.append)


class Room:
    """One channel, one user with two sockets, and a stream that is heard when the test says so."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}
        events: Any = SimpleNamespace(
            on=self.handlers.__setitem__, on_gap=lambda forget: self.handlers.update(gap=forget)
        )
        self.first, self.second = Socket(), Socket()
        hub: Any = SimpleNamespace(of_user=lambda _: [self.first, self.second])
        store: Any = SimpleNamespace(join=self._join, leave=self._leave, of_user=self._of_user)
        self.member = False
        self.channels = Channels(store, events, hub)

    async def _join(self, *_: Any, **__: Any) -> Outcome:
        self.member = True
        return Outcome.DONE

    async def _leave(self, *_: Any) -> Outcome:
        was, self.member = self.member, False
        return Outcome.DONE if was else Outcome.UNCHANGED

    async def _of_user(self, _: str) -> list[str]:
        return ["chat/a"] if self.member else []

    def hear_leave(self) -> None:
        payload = {"user": "ada", "type": "leave", "channels": ["chat/a"]}
        self.handlers[PRESENCE](SimpleNamespace(payload=payload))


@pytest.fixture
async def room() -> Room:
    room = Room()
    for socket in (room.first, room.second):
        await room.channels.join(cast(Any, socket), "chat/a")
    return room


async def test_who_leaves_is_not_told_of_it_and_the_others_are(room: Room) -> None:
    await room.channels.leave(cast(Any, room.first), "chat/a")
    room.hear_leave()
    assert (room.first.channels, room.second.channels) == (set(), set())
    assert (len(room.first.sent), len(room.second.sent)) == (0, 1)


async def test_who_has_joined_again_stays(room: Room) -> None:
    await room.channels.leave(cast(Any, room.first), "chat/a")
    await room.channels.join(room.first, "chat/a")
    room.hear_leave()
    assert room.first.channels == {"chat/a"}
    assert room.first.sent == []
    # The next one is of the other socket.
    await room.channels.leave(room.second, "chat/a")
    room.hear_leave()
    assert room.first.channels == set()
    assert len(room.first.sent) == 1


async def test_what_changes_nothing_is_not_waited_for(room: Room) -> None:
    await room.channels.leave(cast(Any, room.first), "chat/a")
    await room.channels.leave(cast(Any, room.first), "chat/a")
    room.hear_leave()
    await room.channels.join(room.first, "chat/a")
    await room.channels.leave(room.second, "chat/a")
    room.hear_leave()
    assert room.first.channels == set()
