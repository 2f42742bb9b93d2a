"""The table of the admin socket's operations: which only look, and which change something
and are therefore written to the audit log."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field

from backpack_api.domain.administrators import Administrator
from backpack_api.domain.json_text import JsonObject
from backpack_api.domain.shapes import Shape
from backpack_api.services.admin.live_documents import LiveDocuments
from backpack_api.services.audit import AuditService
from backpack_api.sockets.connection import Connection
from backpack_api.sockets.operations import Operations
from backpack_api.sockets.protocol import SocketProtocol

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Room for a page of documents, or for the largest one: unlike users, who have `/db`,
administrators have no other way to it."""

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]
Name = Annotated[str, Field(min_length=1, max_length=512)]
"""An id or a name of a thing."""

S = TypeVar("S", bound=Shape)


class AdminConnection(Connection["AdminConnection"]):
    """One socket of an administrator's program. Its token counted when it came in."""

    max_answer_bytes = MAX_ANSWER_BYTES

    def __init__(
        self,
        socket: SocketProtocol,
        operations: Operations["AdminConnection"],
        request_id: str,
        administrator: Administrator,
        on_closed: Callable[["AdminConnection"], None],
    ) -> None:
        super().__init__(socket, operations, request_id)
        self.administrator = administrator
        self.subscriptions: dict[str, LiveDocuments] = {}
        self._numbers = itertools.count(1)
        self._on_closed = on_closed

    def next_subscription(self) -> str:
        """The id of the socket's next subscription."""
        return str(next(self._numbers))

    def closed(self) -> None:
        self._on_closed(self)


class Paged(Shape):
    """The fields of every list."""

    limit: Limit = DEFAULT_LIMIT
    cursor: str | None = None


class AdminOperations:
    """Operations by name."""

    def __init__(self, audit: AuditService) -> None:
        self._audit = audit
        self.table: Operations[AdminConnection] = Operations()

    def look(self, name: str, shape: type[S], handler: Callable[[S], Awaitable[Any]]) -> None:
        """An operation that changes nothing."""

        async def run(_: AdminConnection, fields: S) -> Any:
            return await handler(fields)

        self.table.add(name, shape, run)

    def listen(
        self, name: str, shape: type[S], handler: Callable[[AdminConnection, S], Awaitable[Any]]
    ) -> None:
        """An operation that changes nothing but what the socket is told."""
        self.table.add(name, shape, handler)

    def change(
        self,
        name: str,
        shape: type[S],
        handler: Callable[[S], Awaitable[Any]],
        *,
        target: Sequence[str] = (),
        makes: str | None = None,
    ) -> None:
        """An operation that is written to the audit log: with those of its fields that
        `target` names, and with the id of what it made under the name `makes`."""

        async def run(connection: AdminConnection, fields: S) -> Any:
            values: JsonObject = {key: getattr(fields, key) for key in target}
            async with self._audit.change(connection.administrator.name, name, values) as entry:
                data = await handler(fields)
                if makes is not None:
                    entry.target[makes] = data["id"]
                return data

        self.table.add(name, shape, run)


def page_of(items: Sequence[Any], next_cursor: str | None, total: int | None = None) -> JsonObject:
    """The data of a list: `{items, nextCursor, total?}`."""
    page: JsonObject = {"items": [one.to_json_object() for one in items], "nextCursor": next_cursor}
    return page if total is None else {**page, "total": total}
