"""Refusing a request before any route sees it, be it for a page or for a socket."""

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from backpack_api.problems import Problem
from backpack_api.responses import ProblemResponse


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the problem; an upgrade is answered with it in the stead of a socket."""
    response = ProblemResponse(problem)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)
