"""Looking at what an HTTPS entry point shows."""

import socket
from datetime import UTC, datetime

import pytest

from backpack_operator import entry_point
from backpack_operator.errors import NotSeen
from support.certificates import DAY, Authority
from support.processes import free_port
from support.tls_server import TlsServer

HOSTS = ("todo.example.test", "todo-api.example.test")


async def test_each_host_has_what_is_shown_for_it() -> None:
    authority = Authority.make()
    with TlsServer(default=authority.issue("0123.traefik.default")) as server:
        server.pairs[HOSTS[0]] = authority.issue(*HOSTS, starts=-2 * DAY, ends=-DAY)
        first = await entry_point.shown(server.address, HOSTS[0])
        second = await entry_point.shown(server.address, HOSTS[1])
        assert first is not None
        assert second is not None
        assert server.asked == list(HOSTS)
    assert first.hosts == HOSTS
    assert first.ends < datetime.now(UTC), "whether it is valid is for others to say"
    assert second.hosts == ("0123.traefik.default",)


async def test_a_refusal_of_the_host_is_no_certificate() -> None:
    with TlsServer() as server:
        assert await entry_point.shown(server.address, HOSTS[0]) is None


async def test_nobody_there_is_said_so() -> None:
    with pytest.raises(NotSeen, match=r"refused|failed"):
        await entry_point.shown(f"127.0.0.1:{free_port()}", HOSTS[0])


async def test_who_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_point, "_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(NotSeen, match="no answer in time"),
    ):
        await entry_point.shown(f"127.0.0.1:{silent.getsockname()[1]}", HOSTS[0])
