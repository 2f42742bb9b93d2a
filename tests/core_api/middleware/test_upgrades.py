"""Who may open a socket: the same origins and keys as for any unsafe call."""

from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from backpack_api.middleware.keys import Keys
from backpack_api.middleware.origins import Origins
from backpack_api.services.configuration import LiveConfiguration
from backpack_contract.configuration import BackpackConfiguration
from support.core_api import API_ORIGIN, COOKIE, SITE_ORIGIN, assert_problem

KEY = "bp_pk_of_the_tests"
EVIL = "http://evil.backpack.localhost:8080"


async def accepting(scope: Scope, receive: Receive, send: Send) -> None:
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    await socket.close()


def app(**configuration: Any) -> ASGIApp:
    live = LiveConfiguration(
        BackpackConfiguration(
            name="todo",
            namespace="apps",
            uid="u",
            site_origin=SITE_ORIGIN,
            api_origin=API_ORIGIN,
            secure_cookies=False,
            **configuration,
        )
    )
    return Origins(Keys(accepting, live, KEY), live)


async def status_of_upgrade(to: ASGIApp, headers: dict[str, str], url: str = "/realtime") -> int:
    """101 where the socket was accepted, else the status of the refusal."""
    path, _, query = url.partition("?")
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "extensions": {"websocket.http.response": {}},
    }
    sent: list[Any] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await to(scope, receive, send)
    if sent[0]["type"] == "websocket.accept":
        return 101
    start, body = sent
    assert body["type"] == "websocket.http.response.body"
    answer = httpx.Response(start["status"], headers=start["headers"], content=body["body"])
    assert_problem(answer, answer.status_code)
    return answer.status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Origin": SITE_ORIGIN}, 101),
        ({"Origin": "https://app.example.com"}, 101),
        ({"Cookie": f"{COOKIE}=x", "Origin": API_ORIGIN}, 101),
        ({"Cookie": f"{COOKIE}=x"}, 403),
        ({"Origin": EVIL}, 403),
        ({"Cookie": f"{COOKIE}=x", "Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_a_socket_needs_an_allowed_origin(headers: dict[str, str], status: int) -> None:
    assert await status_of_upgrade(app(allowed_origins=("https://app.example.com",)), headers) == status


@pytest.mark.parametrize(
    ("url", "headers", "status"),
    [
        ("/realtime", {"X-Backpack-Key": KEY}, 101),
        (f"/realtime?key={KEY}", {}, 101),
        ("/realtime", {}, 401),
        ("/realtime?key=wrong", {}, 401),
        ("/realtime", {"X-Backpack-Key": KEY[:-1]}, 401),
        (f"/realtime?key={KEY}", {"Origin": EVIL}, 403),
    ],
)
async def test_where_a_key_is_required_a_socket_needs_it_too(
    url: str, headers: dict[str, str], status: int
) -> None:
    assert await status_of_upgrade(app(require_key=True), headers, url) == status
