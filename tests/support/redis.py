"""A real Redis for tests: with the flags and the user list that the operator gives it.

A conftest takes the fixture by importing it:

    from support.redis import redis  # noqa: F401
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backpack_contract.credentials import redis_acl
from redis import Redis as RedisClient
from support.processes import ServerProcess, free_port

PASSWORD = "the tests' redis password"


class Redis(ServerProcess):
    """One Redis, append-only, that asks for a password."""

    def __init__(self, directory: Path) -> None:
        data, users = directory / "data", directory / "users.acl"
        data.mkdir(parents=True)
        users.write_text(redis_acl(PASSWORD))
        self.users = users
        """The file that its users are read from."""
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        flags = {
            "--dir": str(data),
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--aclfile": str(users),
            "--bind": "127.0.0.1",
            "--port": str(port),
        }
        super().__init__(
            ["redis-server", *(word for flag in flags.items() for word in flag)],
            directory / "redis.log",
            os.environ,
            port,
        )


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """One Redis for all tests of a worker: they must use databases or names of their own."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


def redis_command(redis: Redis, *words: str) -> object:
    """The answer of one command, asked as the API does."""
    host, _, port = redis.host.partition(":")
    with RedisClient(host=host, port=int(port), password=PASSWORD) as client:
        answer: object = client.execute_command(*words)
        return answer


def command_calls(redis: Redis, command: str) -> int:
    """How often clients have sent this command, `get` for example."""
    stats = redis_command(redis, "INFO", "commandstats")
    assert isinstance(stats, dict)
    return int(stats.get(f"cmdstat_{command}", {"calls": 0})["calls"])
