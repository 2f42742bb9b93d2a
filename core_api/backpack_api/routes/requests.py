"""What routes read from a request: its body, its session, its client."""

from typing import TypeVar, cast

from pydantic import BaseModel
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from backpack_api.domain.actors import Actor
from backpack_api.domain.addresses import client_address
from backpack_api.domain.idempotency import HEADER, RetryKey, retry_key
from backpack_api.domain.json_text import parse_json
from backpack_api.domain.sessions import Session, cookie_name
from backpack_api.domain.shapes import Shape, read_shape
from backpack_api.problems import InvalidValue, MalformedRequest, NotSignedIn, TooLarge
from backpack_api.runtime import Runtime

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_MODEL_BYTES = 1024 * 1024
"""Of a body with a fixed shape. Anyone may send one, and what is parsed takes many
times its text's memory."""

M = TypeVar("M", bound=BaseModel)


class Body(Shape):
    """The shape of a JSON body."""


def runtime_of(request: HTTPConnection) -> Runtime:
    """The services of this process."""
    return cast(Runtime, request.app.state.runtime)


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be."""
    too_large = TooLarge(f"A body is at most {limit} bytes here.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise MalformedRequest("The body ended early.") from error
    return b"".join(chunks)


async def read_json(request: Request) -> object:
    """The body as a JSON value."""
    return parse_json(await read_body(request))


async def read_model(request: Request, model: type[M]) -> M:
    """The body as a model. Raises `InvalidValue` with its faults."""
    return read_shape(parse_json(await read_body(request, MAX_MODEL_BYTES)), model)


def retry_key_of(request: Request, actor: Actor) -> RetryKey | None:
    """The key of `Idempotency-Key`, where there is one. Raises `InvalidValue`."""
    values = request.headers.getlist(HEADER)
    if len(values) > 1:
        raise InvalidValue.at(HEADER, "is given twice")
    return retry_key(values[0], actor) if values else None


def bearer_of(request: HTTPConnection) -> str | None:
    """The token in `Authorization`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def cookie_token_of(request: HTTPConnection) -> str | None:
    """The token in the session cookie."""
    return request.cookies.get(cookie_name(secure=runtime_of(request).configuration.secure_cookies))


async def session_of(request: Request) -> Session | None:
    """The caller's session, if there is a live one. A token in `Authorization` counts
    before the cookie."""
    token = bearer_of(request) or cookie_token_of(request)
    return await runtime_of(request).sessions.find(token) if token else None


async def signed_in(request: Request) -> Session:
    """The caller's session. Raises `NotSignedIn`."""
    session = await session_of(request)
    if session is None:
        raise NotSignedIn
    return session


async def user_id_of(request: Request) -> str | None:
    """The caller's id, None without a session."""
    session = await session_of(request)
    return session.user_id if session else None


def address_of(request: Request) -> str | None:
    """The client's address, where it is known (see `domain.addresses`)."""
    peer = request.client.host if request.client else ""
    trusted = runtime_of(request).settings.trusted_proxies
    return client_address(peer, request.headers.getlist("x-forwarded-for"), trusted)
