"""Requests for a WebSocket that can't become one are answered at once, with a problem."""

import socket

import httpx
import pytest

from support.core_api import CoreApi, assert_problem

pytestmark = pytest.mark.timeout(30)

VERSION = "Sec-WebSocket-Version: 13"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def answer(base: str, *headers: str, request: str = "GET /realtime") -> httpx.Response:
    """What comes back, once the server has closed the connection."""
    host, _, port = base.removeprefix("http://").partition(":")
    lines = [f"{request} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", *headers, "", ""]
    received = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        while more := connection.recv(65536):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(status.split(" ")[1]), headers=fields, content=body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([KEY, VERSION, f"Cookie: other={'x' * 9000}"], 431),
        ([KEY, VERSION, *(f"X-{number}: 1" for number in range(200))], 431),
        ([KEY, VERSION, "Content-Length: 3"], 400),
        ([KEY, VERSION, "Transfer-Encoding: chunked"], 400),
        ([KEY, "Sec-WebSocket-Version: 12"], 400),
        (["Sec-WebSocket-Key: short", VERSION], 400),
        ([VERSION], 400),
    ],
)
@pytest.mark.parametrize("listener", ["public", "admin"])
def test_what_is_no_handshake_is_a_problem(
    api: CoreApi, listener: str, headers: list[str], status: int
) -> None:
    refused = answer(getattr(api, listener), *headers)
    assert_problem(refused, status)
    assert refused.headers["x-request-id"]


def test_a_long_address_is_too_large_a_head(api: CoreApi) -> None:
    assert_problem(answer(api.public, KEY, VERSION, request=f"GET /realtime?a={'x' * 9000}"), 431)


def test_a_websocket_is_opened_with_get(api: CoreApi) -> None:
    refused = answer(api.public, KEY, VERSION, request="POST /realtime")
    assert_problem(refused, 405)
    assert refused.headers["allow"] == "GET"


def test_another_version_is_told_the_one_that_is_spoken(api: CoreApi) -> None:
    assert answer(api.public, KEY, "Sec-WebSocket-Version: 8").headers["sec-websocket-version"] == "13"


def test_where_no_websocket_is_the_answer_has_the_request_id(api: CoreApi) -> None:
    refused = answer(api.public, KEY, VERSION, "X-Request-Id: mine", request="GET /auth/me")
    assert_problem(refused, 404)
    assert refused.headers["x-request-id"] == "mine"
