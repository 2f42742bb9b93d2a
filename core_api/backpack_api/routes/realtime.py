"""`GET /realtime`: the upgrade, signing in, and the table of operations."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from backpack_api.domain.shapes import Shape
from backpack_api.problems import NotSignedIn
from backpack_api.routes.realtime_channels import add_channel_operations
from backpack_api.routes.realtime_documents import add_document_operations
from backpack_api.routes.requests import bearer_of, cookie_token_of
from backpack_api.runtime import Runtime
from backpack_api.services.realtime.connection import SIGN_IN, RealtimeConnection
from backpack_api.sockets.operations import Operations
from backpack_api.sockets.protocol import EXTENSION, SocketProtocol


class SignIn(Shape):
    token: str


class Anything(Shape, extra="ignore"):
    """The fields of an operation that looks at none."""


class Realtime:
    """The endpoint."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._realtime = runtime.realtime
        self._operations: Operations[RealtimeConnection] = Operations()
        self._operations.add(SIGN_IN, SignIn, self._sign_in)
        self._operations.add("ping", Anything, self._ping)
        add_document_operations(self._operations, runtime)
        add_channel_operations(self._operations, runtime)

    async def upgrade(self, websocket: WebSocket) -> None:
        """Take a connection. Its origin was checked by the middleware."""
        bearer = bearer_of(websocket)
        token = bearer or cookie_token_of(websocket)
        caller = await self._realtime.recognise(token) if token else None
        if bearer and caller is None:
            raise NotSignedIn  # a cookie may well be an old one: a browser sends it anyway
        socket: SocketProtocol = websocket.scope["extensions"][EXTENSION]
        request_id: str = websocket.state.request_id
        connection = RealtimeConnection(socket, self._operations, request_id, self._realtime.left)
        if not socket.accept(connection, [("X-Request-Id", request_id)]):
            connection.closed()
        elif caller is not None:
            self._realtime.enter(connection, caller)

    async def _sign_in(self, connection: RealtimeConnection, fields: SignIn) -> None:
        await self._realtime.sign_in(connection, fields.token)

    async def _ping(self, _: RealtimeConnection, __: Anything) -> str:
        return "pong"


def realtime_routes(runtime: Runtime) -> Sequence[BaseRoute]:
    return [WebSocketRoute("/realtime", Realtime(runtime).upgrade)]
