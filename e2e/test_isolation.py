"""Two backpacks side by side share nothing."""

import pymongo
import pytest

import redis
from backpack_contract import credentials as keys
from backpack_contract import ports
from support.backpack_client import BackpackClient
from support.backpacks import create_ready, credentials, unique
from support.kubectl import Kubectl, Object, backpack


@pytest.fixture(scope="module")
def pair(namespace: Kubectl) -> tuple[Object, Object]:
    names = unique("left"), unique("right")
    namespace.apply(*(backpack(name) for name in names))
    return create_ready(namespace, names[0]), create_ready(namespace, names[1])


def service_address(kubectl: Kubectl, name: str) -> str:
    """Reachable from the node, as Services are."""
    address: str = kubectl.get("service", name)["spec"]["clusterIP"]
    return address


def test_one_email_is_two_accounts_with_a_password_each(pair: tuple[Object, Object]) -> None:
    email = "ada@example.com"
    left, right = (item["status"]["apiUrl"] for item in pair)
    with (
        BackpackClient(left, email, "the left password") as on_left,
        BackpackClient(right, email, "the right password") as on_right,
    ):
        on_left.sign_up()
        on_right.sign_up()
        on_left.create("tasks", {"title": "only left"})
        on_right.create("tasks", {"title": "only right"})
        assert on_left.titles("tasks") == {"only left"}
        assert on_right.titles("tasks") == {"only right"}

        token = on_left.http.headers["Authorization"]
        assert on_right.http.get("/auth/me", headers={"Authorization": token}).status_code == 401
    with BackpackClient(right, email, "the left password") as crossed:
        assert crossed.login().status_code == 401


def test_the_credentials_of_one_do_not_open_the_database_of_the_other(
    namespace: Kubectl, pair: tuple[Object, Object]
) -> None:
    left, right = (item["metadata"]["name"] for item in pair)

    def open_database(host_of: str, credentials_of: str) -> pymongo.MongoClient[dict[str, object]]:
        secret = credentials(namespace, credentials_of)
        return pymongo.MongoClient(
            service_address(namespace, f"{host_of}-mongo"),
            ports.MONGO,
            username=secret[keys.MONGO_USERNAME],
            password=secret[keys.MONGO_PASSWORD],
            authSource="admin",
            serverSelectionTimeoutMS=5000,
        )

    with open_database(left, left) as own:
        assert own.admin.command("listDatabases")["ok"] == 1
    with open_database(left, right) as foreign, pytest.raises(pymongo.errors.OperationFailure):
        foreign.admin.command("listDatabases")


def test_the_credentials_of_one_do_not_open_the_cache_of_the_other(
    namespace: Kubectl, pair: tuple[Object, Object]
) -> None:
    left, right = (item["metadata"]["name"] for item in pair)
    host = service_address(namespace, f"{left}-redis")
    passwords = {name: credentials(namespace, name)[keys.REDIS_PASSWORD] for name in (left, right)}
    with redis.Redis(host=host, port=ports.REDIS, password=passwords[left]) as own:
        assert own.ping()
    with (
        redis.Redis(host=host, port=ports.REDIS, password=passwords[right]) as foreign,
        pytest.raises(redis.AuthenticationError),
    ):
        foreign.ping()
    with redis.Redis(host=host, port=ports.REDIS) as nobody, pytest.raises(redis.AuthenticationError):
        nobody.ping()
