"""What a measurement asks of a server."""

import http.client
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
import psutil

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"
READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, without its headers."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a client comes to hear of a collection's events."""

    kind: str
    """`websocket` or `sse`."""
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[tuple[str, str], ...] = ()
    """What is sent (nothing where empty), and what an answer to it holds."""
    subscribe: Request | None = None
    """For `sse`: the call that names a stream's topics; `CLIENT` stands for its id."""


class Peer(ABC):
    """A server that serves users, sessions, documents and events over HTTP."""

    name: ClassVar[str]
    writes: ClassVar[str]
    """Its write concern: what it has done before it says that a write is done."""
    hashing: ClassVar[str]
    """How it keeps passwords."""

    host: str
    """`127.0.0.1:port` of its public listener."""
    headers: dict[str, str]
    """Of every request of the signed-in user."""

    @abstractmethod
    def launch(self) -> None:
        """Begin to start the server itself; its stores, where it has any, run already."""

    @property
    @abstractmethod
    def ready_path(self) -> str:
        """What answers 200 once the server serves."""

    @abstractmethod
    def stop(self) -> None:
        """End the server itself, so that it can be launched again."""

    @abstractmethod
    def pid(self) -> int:
        """The server's own process."""

    @abstractmethod
    def store_pids(self) -> dict[str, list[int]]:
        """The processes that it keeps its data in, by what they are."""

    @abstractmethod
    def sign_up(self) -> None:
        """Make the user, sign him in, and set `headers`."""

    @abstractmethod
    def make_collection(self, name: str) -> None:
        """A collection that every signed-in user may read and write, unless it is there."""

    @abstractmethod
    def fill(self, collection: str, count: int) -> None:
        """Add this many documents, in whatever way is quick."""

    @abstractmethod
    def ids(self, collection: str, count: int) -> list[str]:
        """The ids of this many documents of the collection."""

    @abstractmethod
    def create(self, collection: str, document: Mapping[str, Any]) -> Request: ...

    @abstractmethod
    def get(self, collection: str, id_: str) -> Request: ...

    @abstractmethod
    def update(self, collection: str, id_: str, change: Mapping[str, Any]) -> Request: ...

    @abstractmethod
    def first_page(self, collection: str, limit: int) -> Request: ...

    @abstractmethod
    def login(self) -> Request: ...

    @abstractmethod
    def subscription(self, collection: str) -> Subscription: ...

    @abstractmethod
    def upload(self, size: int) -> "Upload": ...

    def start(self) -> float:
        """Start it; the seconds that went by until it was ready."""
        began = time.perf_counter()
        self.launch()
        while time.perf_counter() - began < READY_SECONDS:
            if self._is_ready():
                return time.perf_counter() - began
            time.sleep(0.004)
        raise RuntimeError(f"{self.name} was not ready within {READY_SECONDS:g} s")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request("GET", self.ready_path, headers=self.probe_headers())
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def probe_headers(self) -> dict[str, str]:
        """Headers that the probe of readiness needs."""
        return {}

    def rss(self) -> int:
        """What the server's own process holds in memory, in bytes."""
        return int(psutil.Process(self.pid()).memory_info().rss)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of `size` zero bytes on its way: what stands before and after them."""

    method: str
    path: str
    headers: Mapping[str, str]
    before: bytes
    after: bytes


def document(number: int) -> dict[str, Any]:
    """The document of three fields that every peer stores."""
    return {"title": f"Water the plants, row {number}", "done": False, "priority": number % 10}


def dumps(value: Any) -> bytes:
    return orjson.dumps(value)


def multipart_upload(path: str, field_name: str, headers: Mapping[str, str]) -> Upload:
    """An upload as an HTML form sends it."""
    boundary = "----benchmark"
    before = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field_name}"; filename="large.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    typed = {**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return Upload("POST", path, typed, before.encode(), f"\r\n--{boundary}--\r\n".encode())
