"""What a request is answered with that doesn't become a WebSocket, where no application could answer."""

from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.exceptions import HeaderLineTooLong, InvalidMethod, RequestLineTooLong, TooManyHeaders
from websockets.http11 import MAX_LINE_LENGTH, MAX_NUM_HEADERS, Response

from backpack_api.problems import HeadTooLarge, MalformedRequest, MethodNotAllowed, Problem


def response(status: int, headers: list[tuple[str, str]], body: bytes) -> Response:
    """The HTTP answer to an upgrade that doesn't become a socket; the connection ends with it."""
    given = Headers(headers)
    given.setdefault("Content-Length", str(len(body)))
    given["Connection"] = "close"
    return Response(status, HTTPStatus(status).phrase, given, body)


def headers(problem: Problem, request_id: str) -> list[tuple[str, str]]:
    """The headers of a problem that no middleware has seen."""
    return [
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", request_id),
        *problem.headers.items(),
    ]


def problem_of(error: Exception) -> Problem:
    """What is wrong with a request that should have opened a WebSocket."""
    if isinstance(error, RequestLineTooLong | HeaderLineTooLong | TooManyHeaders):
        return HeadTooLarge(
            f"The request for a WebSocket has at most {MAX_NUM_HEADERS} headers, and no line of more than "
            f"{MAX_LINE_LENGTH} bytes."
        )
    if isinstance(error, InvalidMethod):
        return MethodNotAllowed("A WebSocket is opened with GET.", headers={"Allow": "GET"})
    return MalformedRequest(
        "This opens no WebSocket: that takes `Sec-WebSocket-Version: 13`, a `Sec-WebSocket-Key` of 16 bytes "
        "in base64, and no body.",
        headers={"Sec-WebSocket-Version": "13"},
    )
