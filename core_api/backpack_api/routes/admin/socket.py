"""`GET /admin`: the WebSocket of administrators' programs. Its envelope is that of
`/realtime`; each noun's operations stand in a module of their own."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from backpack_api.domain.shapes import Shape
from backpack_api.routes.admin.audit import AuditOperations
from backpack_api.routes.admin.channels import ChannelOperations
from backpack_api.routes.admin.collections import CollectionOperations
from backpack_api.routes.admin.documents import DocumentOperations
from backpack_api.routes.admin.files import FileOperations
from backpack_api.routes.admin.operations import AdminConnection, AdminOperations
from backpack_api.routes.admin.requests import administrator_of
from backpack_api.routes.admin.site import SiteOperations
from backpack_api.routes.admin.stats import StatsOperation
from backpack_api.routes.admin.users import UserOperations
from backpack_api.runtime import Runtime
from backpack_api.sockets.protocol import EXTENSION, SocketProtocol

NOUNS = (
    UserOperations,
    CollectionOperations,
    DocumentOperations,
    FileOperations,
    ChannelOperations,
    SiteOperations,
    StatsOperation,
    AuditOperations,
)


class Anything(Shape, extra="ignore"):
    """The fields of an operation that looks at none."""


class AdminSocket:
    """The endpoint."""

    def __init__(self, runtime: Runtime) -> None:
        operations = AdminOperations(runtime.admin.audit)
        operations.look("ping", Anything, self._ping)
        for noun in NOUNS:
            noun(runtime).add_to(operations)
        self._table = operations.table
        self._subscriptions = runtime.admin.subscriptions

    @property
    def operations(self) -> list[str]:
        """The names of all operations."""
        return self._table.names()

    async def upgrade(self, websocket: WebSocket) -> None:
        """Take a connection. Its token was checked by the gate."""
        socket: SocketProtocol = websocket.scope["extensions"][EXTENSION]
        request_id: str = websocket.state.request_id
        connection = AdminConnection(
            socket, self._table, request_id, administrator_of(websocket), self._closed
        )
        socket.accept(connection, [("X-Request-Id", request_id)])

    def _closed(self, connection: AdminConnection) -> None:
        for one in connection.subscriptions.values():
            self._subscriptions.remove(one)

    async def _ping(self, _: Anything) -> str:
        return "pong"


def socket_routes(runtime: Runtime) -> Sequence[BaseRoute]:
    return [WebSocketRoute("/admin", AdminSocket(runtime).upgrade)]
