"""Connections to the admin listeners of backpacks: one WebSocket for each admin and backpack
that is at work, shared by his pages, opened when it is needed and again when it was lost.

Everything that is inside a backpack comes by here: `call` for an operation, `events` for
subscriptions. The operations are in docs/api/admin.md."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from backpack_contract import ports
from backpack_dashboard.domain.access import may_see
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.errors import BackpackRefused, BackpackUnavailable, DashboardError
from backpack_dashboard.logs import FIELDS
from backpack_dashboard.services.cluster import Cluster
from backpack_dashboard.services.signing import Signing
from backpack_dashboard.settings import Settings

CONNECT_SECONDS = 5.0
CALL_SECONDS = 20.0
MAX_MESSAGE = 8 * 2**20
QUEUE = 1000
"""Events that wait for a slow page; then it is told to read anew."""
IDLE_SECONDS = 60.0
SWEEP_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 10.0

NULL = object()
"""A field that is to be null, where that says something: None leaves it out."""

Event = dict[str, Any]
Authorize = Callable[[], Awaitable[str]]

log = logging.getLogger(__name__)


class AdminConnection:
    """One WebSocket to `/admin`. Requests go at the same time; answers find their own."""

    def __init__(self, url: str, authorize: Authorize, refused: Callable[[], None]) -> None:
        """`authorize`: the header for a new connection; `refused` is called when it wasn't taken."""
        self._url, self._authorize, self._refused = url, authorize, refused
        self._connecting = asyncio.Lock()
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last_id = 0
        self._waiting: dict[int, tuple[asyncio.Future[Any], Callable[[Any], None] | None]] = {}
        self._queues: dict[str, asyncio.Queue[Event | None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False
        self.used_at = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Since when nobody needs it."""
        busy = self._waiting or self._queues
        return 0.0 if busy else time.monotonic() - self.used_at

    async def call(self, operation: str, **fields: Any) -> Any:
        """The `data` of the answer; fields that are None are left out. Raises
        `BackpackRefused` with the problem, or `BackpackUnavailable`."""
        return await self._call(operation, fields)

    async def events(self, operation: str, **fields: Any) -> AsyncGenerator[Event]:
        """The events of a subscription (`docs.subscribe`), for as long as one iterates. It is
        begun again whenever the connection was lost: `{"ev": "lost"}` tells that it was, and
        `{"ev": "open"}` that it is there (again): then one reads anew what one shows."""
        pause = FIRST_PAUSE
        while not self._closed:
            queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE)
            try:
                await self._call(operation, fields, partial(self._keep, queue))
                pause = FIRST_PAUSE
                yield {"ev": "open"}
                while (event := await queue.get()) is not None:
                    yield event
            except BackpackUnavailable:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            finally:
                for sub in [key for key, kept in self._queues.items() if kept is queue]:
                    del self._queues[sub]
                    await self._unsubscribe(sub)
            yield {"ev": "lost"}

    async def close(self) -> None:
        """End it for good."""
        self._closed = True
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, *self._ending, return_exceptions=True)

    async def _call(
        self, operation: str, fields: Mapping[str, Any], answered: Callable[[Any], None] | None = None
    ) -> Any:
        """`answered` is called with the data before anything that follows is read."""
        self.used_at = time.monotonic()
        self._last_id += 1
        id_ = self._last_id
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = (future, answered)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                socket = await self._open()
                given = {
                    name: None if value is NULL else value
                    for name, value in fields.items()
                    if value is not None
                }
                await socket.send(json.dumps({"id": id_, "op": operation, **given}))
                return await future
        except TimeoutError as error:
            raise BackpackUnavailable("Its API didn't answer in time. Try again in a moment.") from error
        except ConnectionClosed as error:
            raise _lost() from error
        finally:
            self._waiting.pop(id_, None)
            self.used_at = time.monotonic()
            if future.done() and not future.cancelled():
                future.exception()  # looked at, also where nobody waits any more

    async def _open(self) -> ClientConnection:
        async with self._connecting:
            if self._closed:
                raise _lost()
            if self._socket is None:
                self._socket = await self._connect()
                self._reading = asyncio.create_task(self._read(self._socket))
            return self._socket

    async def _connect(self) -> ClientConnection:
        try:
            return await connect(
                self._url,
                additional_headers={"Authorization": await self._authorize()},
                open_timeout=CONNECT_SECONDS,
                max_size=MAX_MESSAGE,
                proxy=None,
            )
        except InvalidStatus as error:
            self._refused()
            status = error.response.status_code
            raise BackpackUnavailable(
                f"Its API refused the dashboard ({status}). It may still be starting; try again in a moment."
            ) from error
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise BackpackUnavailable(
                "Its API can't be reached. It may be starting, suspended or restarting."
            ) from error

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            for future, _ in self._waiting.values():
                if not future.done():
                    future.set_exception(_lost())
            for queue in self._queues.values():
                _put(queue, None)
            self._queues.clear()

    def _take(self, message: Event) -> None:
        if "re" not in message:
            queue = self._queues.get(message.get("sub", ""))
            if queue is not None:
                _put(queue, message)
            return
        future, answered = self._waiting.get(message["re"], (None, None))
        if future is None or future.done():
            data = message.get("data")
            if isinstance(data, dict) and "sub" in data:
                # Whoever asked for it has gone meanwhile. The API lets one connection have so many.
                ending = asyncio.create_task(self._unsubscribe(data["sub"]))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            return
        if message["ok"]:
            if answered is not None:
                answered(message["data"])
            future.set_result(message["data"])
        else:
            future.set_exception(BackpackRefused(message["error"]))

    def _keep(self, queue: asyncio.Queue[Event | None], answer: Mapping[str, str]) -> None:
        self._queues[answer["sub"]] = queue

    async def _unsubscribe(self, sub: str) -> None:
        try:
            await self._call("docs.unsubscribe", {"sub": sub})
        except DashboardError as error:
            log.debug("unsubscribe failed", extra={FIELDS: {"why": error.detail}})


class AdminConnections:
    """The connections that are in use. They end when nobody has used them for a while, and
    at once when their admin may no longer see the backpack."""

    def __init__(self, settings: Settings, cluster: Cluster, signing: Signing) -> None:
        self._settings, self._cluster, self._signing = settings, cluster, signing
        self._all: dict[tuple[str, str], tuple[AdminConnection, Admin, Backpack]] = {}
        self._sweeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._sweeping = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await asyncio.gather(*(connection.close() for connection, _, _ in self._all.values()))

    def of(self, admin: Admin, backpack: Backpack) -> AdminConnection:
        """The connection of this admin to a backpack that `Access` has given him. Raises
        `BackpackUnavailable` where it can't be there."""
        self.must_be_there(backpack)
        key = (backpack.uid, admin.uid)
        found = self._all.get(key)
        if found is None:
            connection = AdminConnection(
                self.url(backpack, "ws") + "/admin",
                lambda: self._signing.authorization(admin, backpack),
                self._signing.forget,
            )
            self._all[key] = (connection, admin, backpack)
            return connection
        return found[0]

    @staticmethod
    def must_be_there(backpack: Backpack) -> None:
        """Raises `BackpackUnavailable` where nothing inside it can answer."""
        if backpack.deleting:
            raise BackpackUnavailable("It is being deleted.")
        if backpack.suspended:
            raise BackpackUnavailable("It is suspended. Resume it to look inside.")

    def url(self, backpack: Backpack, scheme: str) -> str:
        """Where the backpack's admin listener is, without a final slash; `scheme` http or ws."""
        if self._settings.backpack_admin_url is not None:
            address = self._settings.backpack_admin_url.format(
                name=backpack.name, namespace=backpack.namespace
            ).partition("://")[2]
        else:
            service = f"{backpack.name}-api.{backpack.namespace}.svc.{self._settings.cluster_domain}"
            address = f"{service}:{ports.API_ADMIN}"
        return f"{scheme}://{address.rstrip('/')}"

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            ended = [key for key, value in self._all.items() if self._over(*value)]
            closing = [self._all.pop(key)[0] for key in ended]
            await asyncio.gather(*(connection.close() for connection in closing))

    def _over(self, connection: AdminConnection, admin: Admin, backpack: Backpack) -> bool:
        if connection.idle_seconds > IDLE_SECONDS:
            return True
        now, present = self._cluster.admin(admin.name), self._cluster.backpack(backpack.key)
        if now is None or now.uid != admin.uid or present is None or present.uid != backpack.uid:
            return True
        return not may_see(now, present)


def _put(queue: asyncio.Queue[Event | None], event: Event | None) -> None:
    """Never waits: where the reader is too slow, it is told to read anew."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait({"ev": "reset"})
    queue.put_nowait(event)


def _lost() -> BackpackUnavailable:
    return BackpackUnavailable("The connection to its API was lost. Try again in a moment.")
