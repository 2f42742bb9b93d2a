"""Lets what the API server says leave a store as an answer for people."""

import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from backpack_dashboard.errors import (
    ClusterUnavailable,
    Conflict,
    DashboardError,
    Forbidden,
    Invalid,
    NotFound,
)
from backpack_dashboard.kube.errors import AlreadyThere, ApiError, KubeError, NotThere, Refused

P = ParamSpec("P")
R = TypeVar("R")


def cluster_errors(call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """A method whose `KubeError`s leave it as a `DashboardError`."""

    @functools.wraps(call)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await call(*args, **kwargs)
        except KubeError as error:
            raise told(error) from error

    return guarded


@contextmanager
def told_of() -> Iterator[None]:
    """The same for a block."""
    try:
        yield
    except KubeError as error:
        raise told(error) from error


def told(error: KubeError) -> DashboardError:
    """The answer for people; the API server's sentences, which are the definitions' own,
    are kept."""
    match error:
        case NotThere():
            return NotFound()
        case AlreadyThere():
            return Conflict("It was changed by somebody else meanwhile. Look at it anew, and try again.")
        case Refused(status=403):
            return Forbidden(f"The cluster doesn't let the dashboard do this: {error.message}")
        case Refused():
            fields = {
                cause["field"].lstrip("."): _message(cause) for cause in error.causes if "field" in cause
            }
            return Invalid(_sentence(error), fields)
        case ApiError() if error.status not in (429, 500, 503, 504):
            return ClusterUnavailable(f"The cluster answered in an unexpected way: {error}")
    return ClusterUnavailable()


def _sentence(error: Refused) -> str:
    messages = [_message(cause) for cause in error.causes]
    return "; ".join(messages) if messages else error.message


def _message(cause: dict[str, str]) -> str:
    """`Invalid value: "x": must be …` as `must be …`."""
    message = cause.get("message", "")
    return message.rpartition('": ')[2] if message.startswith("Invalid value") else message
