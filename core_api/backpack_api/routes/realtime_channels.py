"""The operations on channels of a socket, and the broadcast."""

import contextlib
from typing import Any

from pydantic import Field

from backpack_api.domain.actors import Actor
from backpack_api.domain.channels import (
    MAX_ADDED,
    check_channel,
    check_channel_type,
    check_message,
    check_user,
)
from backpack_api.domain.idempotency import print_of, retry_key
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.problems import InvalidValue, NotFound
from backpack_api.runtime import Runtime
from backpack_api.services.realtime.channels import channel_document
from backpack_api.services.realtime.connection import RealtimeConnection
from backpack_api.sockets.operations import Operations

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000


class NameChannel(Shape):
    channel: str


class CreateChannel(NameChannel):
    private: bool = False
    members: list[str] = Field(default_factory=list)


class JoinChannel(NameChannel):
    user: str | None = None
    since: str | None = None


class JoinMine(Shape):
    since: str | None = None


class ChangeChannel(NameChannel):
    left: str = Field(alias="from")


class ListChannels(Shape):
    channel: str | None = None
    limit: int | None = None
    cursor: str | None = None


class Message(Shape):
    data: Any
    key: str | None = None


class Publish(Message):
    channel: str


class _Channels:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._channels = runtime.realtime.channels
        self._realtime = runtime.realtime
        self._idempotency = runtime.idempotency

    async def create(self, connection: RealtimeConnection, fields: CreateChannel) -> JsonObject:
        name = check_channel(fields.channel)
        if len(fields.members) > MAX_ADDED:
            raise InvalidValue.at("/members", f"are at most {MAX_ADDED}; add the others by `channel.join`")
        members = [check_user(one, f"/members/{number}") for number, one in enumerate(fields.members)]
        await self._channels.create(connection, name, private=fields.private, members=members)
        return {
            "channel": name,
            "private": fields.private,
            "ownerId": connection.user_id,
            "seq": self._channels.seq,
        }

    async def join(self, connection: RealtimeConnection, fields: JoinChannel) -> JsonObject:
        name = check_channel(fields.channel)
        if fields.user is None or fields.user == connection.user_id:
            await self._channels.join(connection, name, fields.since)
            return {"channel": name, "seq": self._channels.seq}
        await self._channels.add(connection, name, check_user(fields.user))
        return {"channel": name}

    async def leave(self, connection: RealtimeConnection, fields: NameChannel) -> JsonObject:
        name = check_channel(fields.channel)
        await self._channels.leave(connection, name)
        return {"channel": name}

    async def delete(self, connection: RealtimeConnection, fields: NameChannel) -> JsonObject:
        name = check_channel(fields.channel)
        await self._channels.delete(name, connection.user_id)
        return {"channel": name}

    async def list(self, connection: RealtimeConnection, fields: ListChannels) -> JsonObject:
        limit = DEFAULT_LIMIT if fields.limit is None else fields.limit
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidValue.at("/limit", f"must be a number from 1 to {MAX_LIMIT}")
        prefix = "" if fields.channel is None else check_channel_type(fields.channel.rstrip("/")) + "/"
        after = "" if fields.cursor is None else check_channel(fields.cursor, "/cursor")
        found, following = await self._channels.page(
            connection.user_id, prefix=prefix, after=after, limit=limit
        )
        return {"items": [channel_document(one) for one in found], "nextCursor": following}

    async def members(self, connection: RealtimeConnection, fields: NameChannel) -> JsonObject:
        members = await self._channels.members(check_channel(fields.channel), connection.user_id)
        return {"items": [{"user": user, "online": online} for user, online in members], "nextCursor": None}

    async def join_mine(self, connection: RealtimeConnection, fields: JoinMine) -> JsonObject:
        names = await self._channels.attach_all(connection, fields.since)
        return {"channels": names, "seq": self._channels.seq}

    async def change(self, connection: RealtimeConnection, fields: ChangeChannel) -> JsonObject:
        name, left = check_channel(fields.channel), check_channel(fields.left, "/from")
        await self._channels.join(connection, name)
        seq = self._channels.seq
        if left != name:
            # A channel that is gone was left with it.
            with contextlib.suppress(NotFound):
                await self._channels.leave(connection, left)
        return {"channel": name, "seq": seq}

    async def publish(self, connection: RealtimeConnection, fields: Publish) -> JsonObject:
        name = check_channel(fields.channel)
        check_message(fields.data)

        async def send() -> JsonObject:
            return {"seq": await self._channels.publish(connection, name, fields.data)}

        if fields.key is None:
            return await send()
        return await self._once(connection, fields, fields.key, send)

    async def broadcast(self, connection: RealtimeConnection, fields: Message) -> JsonObject:
        check_message(fields.data)

        async def send() -> JsonObject:
            return {"seq": await self._realtime.broadcast(connection, fields.data)}

        if fields.key is None:
            return await send()
        return await self._once(connection, fields, fields.key, send)

    async def _once(
        self, connection: RealtimeConnection, fields: Message, text: str, send: Any
    ) -> JsonObject:
        key = retry_key(text, Actor(connection.user_id), "/key")
        outcome, _ = await self._idempotency.once(
            key, print_of(type(fields).__name__, fields.model_dump()), send
        )
        return outcome


def add_channel_operations(operations: Operations[RealtimeConnection], runtime: Runtime) -> None:
    """Serve `channel.*` and `broadcast`."""
    channels = _Channels(runtime)
    operations.add("channel.create", CreateChannel, channels.create)
    operations.add("channel.join", JoinChannel, channels.join)
    operations.add("channel.leave", NameChannel, channels.leave)
    operations.add("channel.delete", NameChannel, channels.delete)
    operations.add("channel.list", ListChannels, channels.list)
    operations.add("channel.members", NameChannel, channels.members)
    operations.add("channel.joinMine", JoinMine, channels.join_mine)
    operations.add("channel.change", ChangeChannel, channels.change)
    operations.add("channel.publish", Publish, channels.publish)
    operations.add("broadcast", Message, channels.broadcast)
