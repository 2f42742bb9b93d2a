"""The core API as it runs in production: FerretDB, Redis, and argon2id at its real cost."""

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from backpack_contract.configuration import MIB
from bench.api.peers.peer import (
    EMAIL,
    PASSWORD,
    Peer,
    Request,
    Subscription,
    Upload,
    document,
    dumps,
    multipart_upload,
)
from support.core_api import CoreApi
from support.ferretdb import FerretDB
from support.processes import ServerProcess, free_port
from support.redis import Redis

BULK = 1000
UNBOUNDED = 8 * 1024 * MIB


class Backpack(Peer):
    """One replica, with stores of its own."""

    name = "Backpack"
    writes = "FerretDB 1.24 on SQLite (WAL), `w: 1, j: true`"
    hashing = "argon2id, 19 MiB, 2 rounds"
    ready_path = "/readyz"

    def __init__(self, directory: Path) -> None:
        self.ferretdb = FerretDB(directory / "ferretdb")
        self.redis = Redis(directory / "redis")
        self.ferretdb.start()
        self.redis.start()
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        self.api = CoreApi(
            directory / "api",
            self.ferretdb,
            self.redis,
            configuration={"max_file_size": UNBOUNDED, "quota_per_user": UNBOUNDED},
            BACKPACK_PUBLIC_PORT=str(port),
            BACKPACK_ADMIN_PORT=str(free_port()),
            BACKPACK_PASSWORD_MEMORY_KIB="19456",
            BACKPACK_PASSWORD_ROUNDS="2",
        )
        self.headers = {}

    def launch(self) -> None:
        ServerProcess.start(self.api)

    def stop(self) -> None:
        self.api.stop()

    def close(self) -> None:
        """End its stores too."""
        with ExitStack() as ending:
            for server in (self.redis, self.ferretdb, self.api):
                ending.callback(server.stop)

    def pid(self) -> int:
        return self.api.pid

    def store_pids(self) -> dict[str, list[int]]:
        return {"FerretDB": [self.ferretdb.pid], "Redis": [self.redis.pid]}

    def sign_up(self) -> None:
        body = {"email": EMAIL, "password": PASSWORD}
        answer = self._post("/auth/register", body)
        assert answer.status_code in {201, 409}, answer.text
        answer = self._post("/auth/login", {**body, "token": True})
        assert answer.status_code == 200, answer.text
        self.headers = {
            "Authorization": f"Bearer {answer.json()['token']}",
            "Content-Type": "application/json",
        }

    def make_collection(self, name: str) -> None:
        answer = self._post("/collections", {"name": name})
        assert answer.status_code in {201, 409}, answer.text

    def fill(self, collection: str, count: int) -> None:
        for first in range(0, count, BULK):
            bodies = [document(number) for number in range(first, min(first + BULK, count))]
            answer = self._post(f"/db/{collection}", bodies)
            assert answer.status_code == 201, answer.text

    def ids(self, collection: str, count: int) -> list[str]:
        answer = httpx.get(
            f"http://{self.host}/db/{collection}", params={"limit": count}, headers=self.headers, timeout=60
        )
        return [item["id"] for item in answer.json()["items"]]

    def create(self, collection: str, document: Mapping[str, Any]) -> Request:
        return Request("POST", f"/db/{collection}", dumps(document))

    def get(self, collection: str, id_: str) -> Request:
        return Request("GET", f"/db/{collection}/{id_}")

    def update(self, collection: str, id_: str, change: Mapping[str, Any]) -> Request:
        return Request("PATCH", f"/db/{collection}/{id_}", dumps(change))

    def first_page(self, collection: str, limit: int) -> Request:
        return Request("GET", f"/db/{collection}?limit={limit}")

    def login(self) -> Request:
        return Request("POST", "/auth/login", dumps({"email": EMAIL, "password": PASSWORD}))

    def subscription(self, collection: str) -> Subscription:
        subscribe = dumps({"id": 1, "op": "db.subscribe", "collection": collection}).decode()
        token = {"Authorization": self.headers["Authorization"]}
        return Subscription(
            "websocket", "/realtime", token, (("", '"ev":"hello"'), (subscribe, '"re":1,"ok":true'))
        )

    def upload(self, size: int) -> Upload:
        return multipart_upload("/files", "file", {"Authorization": self.headers["Authorization"]})

    def _post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(f"http://{self.host}{path}", json=body, headers=self.headers, timeout=60)


def fresh_name(stem: str) -> str:
    """A collection that nothing has been written to."""
    return f"{stem}{secrets.token_hex(4)}"
