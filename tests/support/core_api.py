"""The core API for tests: the real process, `python -m backpack_api`, on free ports."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from backpack_api.runtime import Runtime
from backpack_api.settings import Settings
from backpack_contract import environment
from backpack_contract.configuration import BackpackConfiguration
from support import ferretdb as ferretdb_support
from support import redis as redis_support
from support.processes import ServerProcess
from support.waiting import eventually

SITE_ORIGIN = "http://todo.backpack.localhost:8080"
API_ORIGIN = "http://todo-api.backpack.localhost:8080"
COOKIE = "backpack_session"
GOOD_PASSWORD = "correct horse battery"


class Reachable(Protocol):
    """A server, or what stands before it: `host` is its `host:port`."""

    host: str


class CoreApi(ServerProcess):
    """One process of the core API. Two with the same stores and databases are replicas.

    `configuration`: a whole one, or fields of it that are not as by default."""

    def __init__(
        self,
        directory: Path,
        ferretdb: Reachable,
        redis: Reachable,
        *,
        database: str | None = None,
        redis_database: int = 0,
        secure_cookies: bool = False,
        configuration: BackpackConfiguration | Mapping[str, Any] | None = None,
        **variables: str,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.files_directory = Path(variables.get(environment.FILES_DIRECTORY, directory))
        if not isinstance(configuration, BackpackConfiguration):
            given: dict[str, Any] = {
                "name": "todo",
                "namespace": "apps",
                "uid": "6a7f0f0e-0000-4000-8000-000000000001",
                "site_origin": SITE_ORIGIN,
                "api_origin": API_ORIGIN,
                "secure_cookies": secure_cookies,
                **(configuration or {}),
            }
            configuration = BackpackConfiguration(**given)
        self.configuration = configuration
        (directory / "config.json").write_text(self.configuration.to_json())
        self.database = database or f"backpack_{secrets.token_hex(4)}"
        self.files = Path(variables.get(environment.FILES_DIRECTORY, directory))
        """The files volume."""
        self.public = self.admin = ""
        self._clients: list[httpx.Client] = []
        super().__init__(
            [sys.executable, "-W", "error", "-m", "backpack_api"],
            directory / f"api-{secrets.token_hex(4)}.log",
            {
                **os.environ,
                environment.CONFIG_FILE: str(directory / "config.json"),
                environment.FILES_DIRECTORY: str(directory),
                environment.MONGO_HOST: ferretdb.host,
                environment.MONGO_USERNAME: ferretdb_support.USERNAME,
                environment.MONGO_PASSWORD: ferretdb_support.PASSWORD,
                environment.REDIS_HOST: redis.host,
                environment.REDIS_PASSWORD: redis_support.PASSWORD,
                "BACKPACK_MONGO_DATABASE": self.database,
                "BACKPACK_REDIS_DATABASE": str(redis_database),
                "BACKPACK_BIND": "127.0.0.1",
                "BACKPACK_PUBLIC_PORT": "0",
                "BACKPACK_ADMIN_PORT": "0",
                "BACKPACK_DRAIN_SECONDS": "0",
                # Cheap on purpose: tests sign in hundreds of times.
                "BACKPACK_PASSWORD_MEMORY_KIB": "64",
                "BACKPACK_PASSWORD_ROUNDS": "1",
                **variables,
            },
        )

    def start(self) -> None:
        """Start it, and return once it serves; its stores may be away."""
        began = len(self.log_lines())
        super().start()
        eventually(lambda: self.alive() and self._find_ports(began), within=60, every=0.02)
        eventually(self._serves, within=60, every=0.02, retry_on=(httpx.TransportError,))

    @asynccontextmanager
    async def runtime(self) -> AsyncIterator[Runtime]:
        """Another replica's services, in this process: for what no public call does."""
        runtime = Runtime(Settings(**self._environment), self.configuration)  # type: ignore[arg-type]
        runtime.start()
        try:
            yield runtime
        finally:
            await runtime.close()
            # Connections that a task was cancelled on close themselves in the loop's next turns.
            await asyncio.sleep(0.01)

    def client(self, **options: Any) -> httpx.Client:
        """A client of the public listener, with cookies of its own."""
        client = httpx.Client(base_url=self.public, timeout=20, **options)
        self._clients.append(client)
        return client

    def close_clients(self) -> None:
        """Close every client that was handed out."""
        while self._clients:
            self._clients.pop().close()

    def log_lines(self) -> list[dict[str, Any]]:
        """What the process has logged."""
        lines = self.log_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def _find_ports(self, began: int) -> bool:
        for line in self.log_lines()[began:]:
            if line["message"] == "listening":
                self.public = f"http://127.0.0.1:{line['public']}"
                self.admin = f"http://127.0.0.1:{line['admin']}"
                return True
        return False

    def _serves(self) -> bool:
        return all(httpx.get(f"{base}/healthz").status_code == 200 for base in (self.public, self.admin))


@dataclass
class Person:
    """A registered user with a client that is signed in by a token."""

    id: str
    email: str
    password: str
    token: str
    client: httpx.Client

    def make_collection(self, name: str | None = None) -> str:
        """The path of a new collection."""
        name = name or f"c{secrets.token_hex(6)}"
        answer = self.client.post("/collections", json={"name": name})
        assert answer.status_code == 201, answer.text
        return f"/db/{name}"


def new_email() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def sign_in(api: CoreApi, email: str, password: str) -> Person:
    """A new session of an existing user."""
    client = api.client()
    answer = client.post("/auth/login", json={"email": email, "password": password, "token": True})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    token = answer.json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return Person(answer.json()["user"]["id"], email, password, token, client)


def new_person(api: CoreApi) -> Person:
    """A new user, signed in."""
    email = new_email()
    answer = httpx.post(
        f"{api.public}/auth/register", json={"email": email, "password": GOOD_PASSWORD}, timeout=20
    )
    assert answer.status_code == 201, answer.text
    return sign_in(api, email, GOOD_PASSWORD)


def assert_problem(answer: httpx.Response, status: int, *members: str) -> dict[str, Any]:
    """The problem document of an answer, which must be a well-formed one, with no further
    members but these."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) <= {"type", "title", "status", "detail", "errors", *members}
    assert all(set(fault) == {"path", "message"} for fault in problem.get("errors", []))
    return problem
