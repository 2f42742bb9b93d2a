"""`channels.*`: all channels, private ones too, whoever made them."""

from backpack_api.domain.channels import check_channel, check_channel_type
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.operations import AdminOperations, Paged
from backpack_api.runtime import Runtime
from backpack_api.services.realtime.channels import channel_document


class ListChannels(Paged):
    channel: str | None = None


class OneChannel(Shape):
    channel: str


class ChannelOperations:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._channels = runtime.realtime.channels

    def add_to(self, operations: AdminOperations) -> None:
        operations.look("channels.list", ListChannels, self._list)
        operations.change("channels.delete", OneChannel, self._delete, target=("channel",))

    async def _list(self, fields: ListChannels) -> JsonObject:
        prefix = "" if fields.channel is None else check_channel_type(fields.channel.rstrip("/")) + "/"
        after = "" if fields.cursor is None else check_channel(fields.cursor, "/cursor")
        found, following = await self._channels.page(None, prefix=prefix, after=after, limit=fields.limit)
        return {"items": [channel_document(one) for one in found], "nextCursor": following}

    async def _delete(self, fields: OneChannel) -> None:
        await self._channels.delete(check_channel(fields.channel), None)
