"""Passwords, publishable key and signing key are replaced while a backpack is used: no write
and no event is lost, nobody is signed out, and what leaked is worth nothing afterwards."""

import base64
import secrets
import socket as sockets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from redis.exceptions import AuthenticationError
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from backpack_contract.ports import API_ADMIN, MONGO, REDIS
from backpack_contract.resources import ROTATE_CREDENTIALS_ANNOTATION
from backpack_contract.signing_keys import KEY_SET, SECRET_NAME
from backpack_operator.model.key_rotation import ASKED, PHASE
from backpack_operator.model.signing_keys import KeySet, read_keys
from redis import Redis as RedisClient
from support.backpack_client import BackpackClient
from support.backpacks import create_ready, credentials, pod_of, unique
from support.kubectl import Kubectl, Object
from support.port_forward import port_forward
from support.sockets import Refused, Socket
from support.waiting import eventually

OPERATOR_NAMESPACE = "backpack-system"
WITHIN = 420
"""Seconds: a kubelet brings a pod's files up to date about once a minute, twice."""


@dataclass
class Usage:
    """Somebody who writes without a pause, and somebody who watches."""

    user: BackpackClient
    api_url: str
    written: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    watching: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        """One document after the other, each sent until it is answered, as an SDK does."""
        number = 0
        while not self.stopped.is_set():
            title, key = f"number {number}", secrets.token_hex(16)
            number += 1
            while not self._send(title, key):
                time.sleep(0.2)
            time.sleep(0.05)

    def _send(self, title: str, key: str) -> bool:
        try:
            answer = self.user.http.post("/db/tasks", json={"title": title}, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return False
        if answer.status_code != 201:
            self.refused.append(f"{answer.status_code} {answer.text}")
            return False
        self.written.append(title)
        return True

    def watch(self) -> None:
        """Every event, over as many connections as it takes, each from where the last one ended."""
        since: str | None = None
        while not self._over():
            try:
                with self._socket() as socket:
                    fields = {"since": since} if since else {}
                    socket.call("db.subscribe", collection="tasks", **fields)
                    self.watching.set()
                    while not self._over():
                        event = socket.event("db", within=2)
                        self.seen.add(event["doc"]["title"])
                        since = event["seq"]
            except (WebSocketException, OSError, AssertionError, Refused):
                time.sleep(0.1)

    def _over(self) -> bool:
        return self.stopped.is_set() and self.seen >= set(self.written)

    @contextmanager
    def _socket(self) -> Iterator[Socket]:
        place = urlsplit(self.api_url)
        raw = sockets.create_connection(("127.0.0.1", place.port or 80), timeout=10)
        headers = {"Authorization": self.user.http.headers["Authorization"]}
        url = f"ws://{place.netloc}/realtime"
        with connect(url, sock=raw, additional_headers=headers, compression=None) as connection:
            yield Socket(connection)


@pytest.fixture(scope="module")
def shop(namespace: Kubectl) -> Object:
    return create_ready(namespace, unique("shop"))


@contextmanager
def in_use(shop: Object) -> Iterator[Usage]:
    """The backpack is used within the block; afterwards all events have arrived."""
    api_url = shop["status"]["apiUrl"]
    with BackpackClient(api_url, f"ada-{secrets.token_hex(4)}@example.com") as user:
        usage = Usage(user.sign_up(), api_url)
        watching, writing = (
            threading.Thread(target=work, daemon=True) for work in (usage.watch, usage.write)
        )
        watching.start()
        assert usage.watching.wait(30)
        writing.start()
        try:
            yield usage
        finally:
            usage.stopped.set()
            for thread in (writing, watching):
                thread.join(30)


def opens_cache(namespace: Kubectl, shop: Object, password: str) -> bool:
    pod = pod_of(namespace, shop["metadata"]["name"], "redis")["metadata"]["name"]
    with port_forward(namespace, pod, REDIS) as address:
        host, _, port = address.partition(":")
        with RedisClient(host=host, port=int(port), password=password) as client:
            try:
                return bool(client.ping())
            except AuthenticationError:
                return False


def opens_database(namespace: Kubectl, shop: Object, username: str, password: str) -> bool:
    pod = pod_of(namespace, shop["metadata"]["name"], "mongo")["metadata"]["name"]
    with port_forward(namespace, pod, MONGO) as address:
        client: MongoClient[Any] = MongoClient(
            address, username=username, password=password, authSource="admin", directConnection=True
        )
        with client:
            try:
                client.admin.command("ping")
            except OperationFailure:
                return False
    return True


def signing_keys(kubectl: Kubectl) -> KeySet:
    secret = kubectl.within(OPERATOR_NAMESPACE).get("secret", SECRET_NAME)
    return read_keys(base64.b64decode(secret["data"][KEY_SET]).decode())


def admits(namespace: Kubectl, shop: Object, keys: KeySet) -> bool:
    """Whether the API lets in an administrator whose token is signed with this key."""
    pod = pod_of(namespace, shop["metadata"]["name"], "api")["metadata"]["name"]
    token = keys.token("ada", shop["metadata"]["uid"], time.time())
    with port_forward(namespace, pod, API_ADMIN) as address:
        answer = httpx.get(f"http://{address}/admin/export", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code == 200


@pytest.mark.long
def test_everything_is_replaced_while_it_is_used(kubectl: Kubectl, namespace: Kubectl, shop: Object) -> None:
    name, system = shop["metadata"]["name"], kubectl.within(OPERATOR_NAMESPACE)
    before, old_keys = credentials(namespace, name), signing_keys(kubectl)
    cache = pod_of(namespace, name, "redis")["metadata"]["uid"]
    assert opens_cache(namespace, shop, before["redis-password"])
    assert opens_database(namespace, shop, before["mongo-username"], before["mongo-password"])

    with in_use(shop) as usage:
        moment = secrets.token_hex(4)
        namespace.run("annotate", "backpack", name, f"{ROTATE_CREDENTIALS_ANNOTATION}={moment}")
        system.run("annotate", "secret", SECRET_NAME, "--overwrite", f"{ASKED}={moment}")
        namespace.wait_reason(name, "CredentialsRotated", "Rotated", within=WITHIN)
        assert usage.user.http.get("/auth/me").status_code == 200, "the session from before still counts"
        count = len(usage.written)
        eventually(lambda: len(usage.written) > count + 10, within=30)

    assert usage.refused == []
    assert usage.seen == set(usage.written)
    after = credentials(namespace, name)
    assert not opens_cache(namespace, shop, before["redis-password"])
    assert opens_cache(namespace, shop, after["redis-password"])
    assert not opens_database(namespace, shop, before["mongo-username"], before["mongo-password"])
    assert opens_database(namespace, shop, after["mongo-username"], after["mongo-password"])
    assert pod_of(namespace, name, "redis")["metadata"]["uid"] == cache, "the cache kept running"

    def switched() -> bool:
        return bool(system.get("secret", SECRET_NAME)["metadata"]["annotations"].get(PHASE) == "Switched")

    eventually(switched, within=240, every=1, what="the new signing key signs")
    new_keys = signing_keys(kubectl)
    assert new_keys.trusted[0] != old_keys.trusted[0]
    assert admits(namespace, shop, new_keys)
    assert admits(namespace, shop, old_keys), "the former key is trusted for a while"
