"""`PUT /admin/credentials`: the stores take other passwords while everything goes on."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from redis.exceptions import AuthenticationError

from backpack_api.problems import Conflict
from backpack_api.services.admin.store_credentials import StoreCredentialService
from backpack_api.stores.database_users import DatabaseUsers
from backpack_contract import admin_tokens
from backpack_contract.credentials import redis_acl, redis_digests
from backpack_contract.store_credentials import PATH, DatabaseUser, StoreCredentials
from redis import Redis as RedisClient
from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi, assert_problem
from support.ferretdb import FerretDB
from support.redis import PASSWORD, Redis, redis_command
from support.sockets import Socket

USER = "backpack-b"


@pytest.fixture
def users_file(redis: Redis) -> Iterator[Callable[..., None]]:
    """Writes the cache's file of users; in the end all is as it was."""
    yield lambda *passwords: redis.users.write_text(redis_acl(*passwords)) and None
    redis.users.write_text(redis_acl(PASSWORD))
    redis_command(redis, "ACL", "LOAD")


def put(api: CoreApi, signer: AdminSigner, cache: tuple[str, ...], **user: Any) -> httpx.Response:
    wanted = StoreCredentials(cache=cache, database=DatabaseUser(username=USER, **user))
    operator = AdminHttp(api, signer, admin_tokens.OPERATOR)
    return operator.call("PUT", PATH, content=wanted.to_json())


def signs_in(ferretdb: FerretDB, password: str) -> bool:
    client: MongoClient[Any] = MongoClient(
        ferretdb.host, username=USER, password=password, authSource="admin", directConnection=True
    )
    with client:
        try:
            client.admin.command("ping")
        except OperationFailure:
            return False
    return True


def opens(redis: Redis, password: str) -> bool:
    host, _, port = redis.host.partition(":")
    with RedisClient(host=host, port=int(port), password=password) as client:
        try:
            return bool(client.ping())
        except AuthenticationError:
            return False


def connections(redis: Redis) -> set[str]:
    """Those of APIs, by their ids."""
    lines = redis_command(redis, "CLIENT", "LIST")
    assert isinstance(lines, bytes)
    return {line.partition(" ")[0] for line in lines.decode().splitlines() if "name=backpack-api" in line}


def test_the_cache_takes_two_passwords_and_then_one_and_keeps_its_connections(
    admin_api: CoreApi, signer: AdminSigner, redis: Redis, users_file: Callable[..., None], console: Socket
) -> None:
    both = redis_digests(PASSWORD, "the next")
    problem = assert_problem(put(admin_api, signer, both, password="one"), 409)
    assert "does not have these passwords yet" in problem["detail"]
    assert not opens(redis, "the next")

    users_file(PASSWORD, "the next")
    before = connections(redis)
    assert put(admin_api, signer, both, password="one").status_code == 204
    assert opens(redis, "the next")
    assert opens(redis, PASSWORD)

    users_file(PASSWORD)
    assert put(admin_api, signer, redis_digests(PASSWORD), password="one").status_code == 204
    assert not opens(redis, "the next")
    assert before & connections(redis)
    assert console.call("ping") == "pong"


def test_the_spare_user_of_the_database_gets_this_password(
    admin_api: CoreApi, signer: AdminSigner, ferretdb: FerretDB
) -> None:
    cache = redis_digests(PASSWORD)
    for password, former in (("first", None), ("second", "first"), ("second", "first"), ("third", None)):
        assert put(admin_api, signer, cache, password=password, former=former).status_code == 204
        assert signs_in(ferretdb, password)
    assert not signs_in(ferretdb, "second")


def test_what_is_changed_is_in_the_audit_log_without_a_secret(
    admin_api: CoreApi, signer: AdminSigner, console: Socket
) -> None:
    for _ in range(2):
        put(admin_api, signer, redis_digests(PASSWORD), password="audited-secret")
    entries = console.call("audit.list", operation="credentials.put")["items"]
    assert entries[0]["target"] == {"databaseUser": USER}
    assert "secret" not in str(entries)
    assert "audited-secret" not in admin_api.log_text()
    count = len(entries)
    put(admin_api, signer, redis_digests(PASSWORD), password="audited-secret")
    assert len(console.call("audit.list", operation="credentials.put")["items"]) == count


async def test_where_users_are_not_equal_he_changes_his_own_password(
    api: CoreApi, monkeypatch: pytest.MonkeyPatch, ferretdb: FerretDB
) -> None:
    """As with MongoDB, whose spare user only root could make."""

    async def never(_: DatabaseUsers) -> bool:
        return False

    cache = redis_digests(PASSWORD)
    async with api.runtime() as runtime:
        service: StoreCredentialService = runtime.admin.store_credentials
        start = StoreCredentials(cache=cache, database=DatabaseUser(username=USER, password="start"))
        await service.put("operator", start)
        monkeypatch.setattr(DatabaseUsers, "are_equal", never)
        changed = DatabaseUser(username=USER, password="changed", former="start")
        for _ in range(2):
            await service.put("operator", StoreCredentials(cache=cache, database=changed))
        assert signs_in(ferretdb, "changed")
        for user in (
            DatabaseUser(username=USER, password="other", former="wrong"),
            DatabaseUser(username=USER, password="other"),
            DatabaseUser(username="nobody", password="other"),
        ):
            with pytest.raises(Conflict, match="does not know its user"):
                await service.put("operator", StoreCredentials(cache=cache, database=user))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"cache": [], "database": {"username": "a"}}'])
def test_what_is_no_request_is_refused(admin_api: CoreApi, signer: AdminSigner, body: str) -> None:
    operator = AdminHttp(admin_api, signer, admin_tokens.OPERATOR)
    assert_problem(operator.call("PUT", PATH, content=body), 422)


def test_only_the_operator_may(admin_api: CoreApi, signer: AdminSigner) -> None:
    assert_problem(AdminHttp(admin_api, signer).call("PUT", PATH, content="{}"), 403)


def test_a_password_is_in_no_text_of_it() -> None:
    user = DatabaseUser(username=USER, password="hidden", former="hidden too")
    cache = (hashlib.sha256(b"x").hexdigest(),)
    assert "hidden" not in repr(StoreCredentials(cache=cache, database=user))
