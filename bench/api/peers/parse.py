"""Parse Server, from npm, on PostgreSQL."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from backpack_devcluster import paths
from bench.api.options import PEERS
from bench.api.peers.peer import EMAIL, PASSWORD, Peer, Request, Subscription, Upload, dumps
from bench.api.peers.postgresql import PostgreSQL
from support.processes import ServerProcess, free_port

PACKAGE = Path(__file__).resolve().parents[1] / "parse"
"""`package.json` and its lock: what is installed."""
APPLICATION = "bench"
NODE = 20
"""The oldest release of Node.js that it runs on."""
BULK = 50
"""The most that one batch of Parse's may hold."""
VERBS = ("find", "get", "count", "create", "update", "delete")
HASHES = 20
_HASH = f"""
const {{hash, compare}} = require('parse-server/lib/password');
(async () => {{
  const kept = await hash('{PASSWORD}');
  let least = Infinity;
  for (let i = 0; i < {HASHES}; i++) {{
    const began = performance.now();
    await compare('{PASSWORD}', kept);
    least = Math.min(least, performance.now() - began);
  }}
  console.log(least);
}})();
"""


class Parse(Peer):
    """Parse Server as its own command line starts it, with LiveQuery for some classes."""

    name = "Parse Server"
    writes = "PostgreSQL 15, `fsync=on`, `synchronous_commit=on` (its defaults)"
    hashing = "bcrypt, cost 10"
    ready_path = "/parse/health"
    live_classes = ("fanout",)

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self._installed = install()
        self._postgresql = PostgreSQL()
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        self._master = {"X-Parse-Application-Id": APPLICATION, "X-Parse-Master-Key": secrets.token_hex(16)}
        configuration = {
            "appId": APPLICATION,
            "masterKey": self._master["X-Parse-Master-Key"],
            "databaseURI": self._postgresql.url,
            "host": "127.0.0.1",
            "port": port,
            "serverURL": f"http://{self.host}/parse",
            "logsFolder": str(directory / "logs"),
            "silent": True,
            "liveQuery": {"classNames": list(self.live_classes)},
            "startLiveQueryServer": True,
            # With it, 9.10 finds no session for a subscription.
            "directAccess": False,
            "maxUploadSize": "2gb",
            "fileUpload": {"enableForAuthenticatedUser": True},
            "filesAdapter": {
                "module": "@parse/fs-files-adapter",
                "options": {"filesSubDirectory": "files"},
            },
        }
        file = directory / "configuration.json"
        file.write_text(json.dumps(configuration))
        command = ["node", str(self._installed / "node_modules/parse-server/bin/parse-server"), str(file)]
        # It keeps files in a folder of where it was started.
        self._server = ServerProcess(
            ["env", f"--chdir={directory}", *command],
            directory / "parse.log",
            {**os.environ, "NODE_ENV": "production"},
        )
        self.headers = {}

    def launch(self) -> None:
        self._server.start()

    def stop(self) -> None:
        # It waits for every idle connection on SIGTERM; its data is PostgreSQL's.
        self._server.kill()

    def close(self) -> None:
        """End its database too."""
        try:
            self.stop()
        finally:
            self._postgresql.close()

    def pid(self) -> int:
        return self._server.pid

    def store_pids(self) -> dict[str, list[int]]:
        return {"PostgreSQL": self._postgresql.pids()}

    def probe_headers(self) -> dict[str, str]:
        return {"X-Parse-Application-Id": APPLICATION}

    def sign_up(self) -> None:
        anyone = {"X-Parse-Application-Id": APPLICATION, "Content-Type": "application/json"}
        self.headers = anyone
        self._post("/parse/users", {"username": EMAIL, "email": EMAIL, "password": PASSWORD})
        answer = self._post("/parse/login", {"username": EMAIL, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.headers = {**anyone, "X-Parse-Session-Token": answer.json()["sessionToken"]}

    def make_collection(self, name: str) -> None:
        body = {
            "className": name,
            "fields": {
                "title": {"type": "String"},
                "done": {"type": "Boolean"},
                "priority": {"type": "Number"},
            },
            "classLevelPermissions": {verb: {"requiresAuthentication": True} for verb in VERBS},
        }
        answer = self._post(f"/parse/schemas/{name}", body, self._master)
        assert answer.status_code == 200, answer.text

    def fill(self, collection: str, count: int) -> None:
        # By SQL: a hundred thousand documents in batches of 50 would take minutes.
        self._postgresql.execute(
            f'INSERT INTO "{collection}" ("objectId", "createdAt", "updatedAt", title, done, priority) '  # noqa: S608
            "SELECT substr(md5(random()::text || n), 1, 10), now(), now(), 'Water the plants, row ' || n, "
            f"false, n % 10 FROM generate_series(1, {count}) AS n ON CONFLICT DO NOTHING"
        )

    def ids(self, collection: str, count: int) -> list[str]:
        answer = httpx.get(
            f"http://{self.host}/parse/classes/{collection}",
            params={"limit": count, "keys": "objectId"},
            headers=self.headers,
            timeout=60,
        )
        return [item["objectId"] for item in answer.json()["results"]]

    def create(self, collection: str, document: Mapping[str, Any]) -> Request:
        return Request("POST", f"/parse/classes/{collection}", dumps(document))

    def get(self, collection: str, id_: str) -> Request:
        return Request("GET", f"/parse/classes/{collection}/{id_}")

    def update(self, collection: str, id_: str, change: Mapping[str, Any]) -> Request:
        return Request("PUT", f"/parse/classes/{collection}/{id_}", dumps(change))

    def first_page(self, collection: str, limit: int) -> Request:
        return Request("GET", f"/parse/classes/{collection}?limit={limit}")

    def login(self) -> Request:
        return Request("POST", "/parse/login", dumps({"username": EMAIL, "password": PASSWORD}))

    def subscription(self, collection: str) -> Subscription:
        connect = {"op": "connect", "applicationId": APPLICATION}
        subscribe = {
            "op": "subscribe",
            "requestId": 1,
            "query": {"className": collection, "where": {}},
            "sessionToken": self.headers["X-Parse-Session-Token"],
        }
        steps = (
            (dumps(connect).decode(), '"op":"connected"'),
            (dumps(subscribe).decode(), '"op":"subscribed"'),
        )
        return Subscription("websocket", "/", steps=steps)

    def upload(self, size: int) -> Upload:
        headers = {**self.headers, "Content-Type": "application/octet-stream"}
        return Upload("POST", "/parse/files/large.bin", headers, b"", b"")

    def hash_seconds(self) -> float:
        """The least time that it takes to verify one password, by the very module that the server uses."""
        done = subprocess.run(
            ["node", "-e", _HASH], cwd=self._installed, capture_output=True, text=True, timeout=60, check=True
        )
        return float(done.stdout) / 1000

    def _post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return httpx.post(
            f"http://{self.host}{path}", json=body, headers=headers or self.headers, timeout=120
        )


def _need_node() -> None:
    told = "v0"
    if shutil.which("node") and shutil.which("npm"):
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.removeprefix("v").split(".")[0]) < NODE:
        others = ",".join(name for name in PEERS if name != "parse")
        raise SystemExit(
            f"Parse Server needs Node.js {NODE} or newer with npm, which this machine lacks: "
            f'install it, or leave Parse out with `make bench-api BENCH="--peers {others}"`.'
        )


def install() -> Path:
    """The folder that has Parse Server in `node_modules`: in the cache, by the lock's content."""
    _need_node()
    lock = (PACKAGE / "package-lock.json").read_bytes()
    folder = paths.cache() / "bench" / f"parse-{hashlib.sha256(lock).hexdigest()[:12]}"
    if (folder / ".ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise SystemExit(f"npm could not install Parse Server: {done.stderr[-2000:]}")
    (folder / ".ready").touch()
    return folder
